-- Seals: each covers the journals that none before it does, by their digests, and the seal before.
-- Whoever changes a journal afterwards changes its digest, and whoever changes a digest breaks every
-- seal from there on. A store from before is sealed by its first upkeep.

create table journal_seals (
    no      {int} not null primary key check (no > 0),
    at_ms   {int} not null,
    -- How many journals it covers, and the last of them by id: the next seal begins there.
    count   {int} not null check (count > 0),
    last_id {bytes} not null,
    sha256  {bytes} not null
){strict};

create table sealed_journals (
    journal_id {bytes} not null primary key references journals (id),
    seal_no    {int} not null references journal_seals (no),
    sha256     {bytes} not null
){strict};

create index sealed_journals_by_seal on sealed_journals (seal_no, journal_id);

insert into counters (name, next_no) values ('journal_seals', 0);
