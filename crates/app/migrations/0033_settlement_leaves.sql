-- Where in the transparency log a settlement's lines are: one row for all of them. They stand in the
-- leaf in the order of their ids, from this position on. Lines that were logged before, one by one,
-- stay in `use_leaves`.

create table settlement_leaves (
    settlement_id  {bytes} not null primary key,
    leaf           {int} not null references log_leaves (n),
    first_position {int} not null check (first_position >= 0),
    unique (leaf, first_position)
){strict};

-- Of several uses that were settled together: the root of the tree over them, 32 bytes, by which a
-- single one is proven for as long as its blob is kept. Null of a single use, and of what was settled
-- before there were such trees.
alter table uses add column root {bytes};
