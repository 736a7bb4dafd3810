-- Who reports uses, and which numbers of their sequences have come. All of it is made from the blobs
-- and can be made again: set followed_no to 0 and empty both tables.

create table reporters (
    reporter  text primary key,
    uses      {int} not null check (uses > 0),
    first_ms  {int} not null,
    last_ms   {int} not null,
    -- Uses of sequences that aren't kept, since there are too many.
    untracked {int} not null check (untracked >= 0)
){strict};

create table reporter_streams (
    reporter text not null references reporters (reporter),
    -- What stands before the number in its events' ids.
    stream   text not null,
    uses     {int} not null check (uses > 0),
    last_ms  {int} not null,
    -- JSON: [first, last, since_ms] of each run of numbers that came.
    runs     text not null,
    -- Missing numbers that aren't looked for any more; unsigned, so a text.
    given_up text not null,
    primary key (reporter, stream)
){strict};

-- Up to which commit the blobs were followed.
create table reporters_mark (
    one         {int} primary key check (one = 1),
    followed_no {int} not null
){strict};

insert into reporters_mark (one, followed_no) values (1, 0);

-- The order in which uses were settled: whoever follows them reads on from a place in it.
create index uses_by_place on uses (last_no, id);
