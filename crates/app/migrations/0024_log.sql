-- The transparency log: its leaves, the tiles made of them, and the heads that were signed.

-- The right edge: how many leaves there are, and the hashes of the complete subtrees before the
-- next one, 32 bytes each. Whoever appends holds this row until the commit, so that the order of
-- the numbers is that of the commits.
create table log_end (
    id        {int} not null primary key check (id = 1),
    size      {int} not null check (size >= 0),
    frontier  {bytes},
    -- Whether what was sold and counted before there was a log has its leaves.
    caught_up {int} not null check (caught_up in (0, 1))
){strict};

insert into log_end (id, size, caught_up) values (1, 0, 0);

create table log_leaves (
    n     {int} not null primary key check (n >= 0),
    kind  {int} not null check (kind in (1, 2, 3)),
    entry {bytes} not null
){strict};

-- Tiles of hashes and bundles of entries by their path without `.p/…`, as wide as they are now: a
-- narrower one is the beginning of it.
create table log_tiles (
    path  text not null primary key,
    width {int} not null check (width between 1 and 256),
    bytes {bytes} not null
){strict};

create table log_checkpoints (
    size  {int} not null primary key check (size > 0),
    note  text not null,
    at_ms {int} not null
){strict};

create table licence_leaves (
    licence_id {bytes} not null primary key references licences (id),
    leaf       {int} not null references log_leaves (n),
    position   {int} not null check (position >= 0),
    unique (leaf, position)
){strict};

create table use_leaves (
    use_id   {bytes} not null primary key references uses (id),
    leaf     {int} not null references log_leaves (n),
    position {int} not null check (position >= 0),
    unique (leaf, position)
){strict};

-- Statements by month: one leaf each, numbered for each payee.
create table statement_leaves (
    payee_id  {bytes} not null references payees (id),
    number    {int} not null check (number > 0),
    period    text not null,
    leaf      {int} not null unique references log_leaves (n),
    from_leaf {int} not null,
    to_leaf   {int} not null,
    primary key (payee_id, number),
    unique (payee_id, period)
){strict};

-- What the leaf says of each currency: the statement's own hash.
create table statement_leaf_hashes (
    leaf     {int} not null references log_leaves (n),
    position {int} not null check (position >= 0),
    currency text not null,
    micros   {int} not null,
    sha256   {bytes} not null,
    primary key (leaf, position)
){strict};
