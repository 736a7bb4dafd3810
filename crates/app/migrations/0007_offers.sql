-- Offers come from templates that may be changed, and are sold only of tracks whose rights are
-- attested. Stores that were there before attest their tracks once, by `clearcue attest`; that
-- also makes the offers which are new.

-- A template that somebody changed, for everybody, an artist or a track. A version never changes:
-- the latest one counts, and what was before stays to be looked up and gone back to.
create table offer_templates (
    reach      text not null check (reach in ('store', 'artist', 'track')),
    -- The artist or track; sixteen zeros for the store.
    owner      {bytes} not null,
    tier       text not null,
    version    {int} not null check (version > 0),
    -- The whole template as JSON; null where it was taken back and the next wider one counts.
    body       text,
    changed_by text not null,
    changed_ms {int} not null,
    primary key (reach, owner, tier, version)
){strict};

-- How an offer's price and dates depend on who asks, and when.
alter table offers add column rule text not null default '{}';

-- Who said that master and composition are theirs to license. Each track has its row, which is
-- also what a sale locks, so that an exclusive sale and any other come one after the other.
create table attestations (
    track_id       {bytes} not null primary key references tracks (id),
    master_by      text,
    master_ms      {int},
    composition_by text,
    composition_ms {int}
){strict};

insert into attestations (track_id) select id from tracks;

-- Licences after whose sale nobody else may buy the track for a while.
create table exclusives (
    licence_id {bytes} not null primary key references licences (id),
    track_id   {bytes} not null references tracks (id),
    from_ms    {int} not null,
    until_ms   {int} not null,
    check (from_ms < until_ms)
){strict};

create index exclusives_by_track on exclusives (track_id, until_ms);

-- A licence is upgraded at most once.
create table upgrades (
    old_id        {bytes} not null primary key references licences (id),
    new_id        {bytes} not null unique references licences (id),
    credit_micros {int} not null check (credit_micros > 0),
    at_ms         {int} not null
){strict};

-- What a licence is worth before tax, what its forerunner was paid included: the credit of an
-- upgrade. Null for licences sold before, whose first price line says it.
alter table licences add column value_micros {int};
-- Which stem was licensed, where it is a single one.
alter table licences add column stem text;
