-- What papers need: who wrote and published a work, and the numbers of invoices.

-- Stored as given, every part optional: what nobody has said stays empty and is never made up,
-- least of all from the split sheet, whose payees need not be writers.
create table track_credits (
    track_id   {bytes} not null primary key references tracks (id),
    isrc       text,
    version    text,
    work_title text,
    iswc       text,
    label_line text,
    changed_ms {int} not null
){strict};

create table track_writers (
    track_id  {bytes} not null references tracks (id),
    position  {int} not null,
    name      text not null,
    role      text not null check (role in ('CA', 'C', 'A', 'AR')),
    ipi       text,
    share_ppm {int} check (share_ppm between 1 and 1000000),
    primary key (track_id, position)
){strict};

create table track_publishers (
    track_id  {bytes} not null references tracks (id),
    position  {int} not null,
    name      text not null,
    ipi       text,
    share_ppm {int} check (share_ppm between 1 and 1000000),
    primary key (track_id, position)
){strict};

-- An invoice is made when it is first asked for, and never again: its number is drawn from the
-- counter of its year in the same transaction, so the numbers of a year have no gaps.
create table invoices (
    licence_id {bytes} not null primary key references licences (id),
    series     text not null,
    number     {int} not null check (number > 0),
    issued_ms  {int} not null,
    -- Who it is from, as it was then.
    seller     text not null,
    unique (series, number)
){strict};
