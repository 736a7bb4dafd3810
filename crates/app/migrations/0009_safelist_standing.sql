-- On which channels videos under a licence are published, and what happened to its standing.
-- Both are histories: the present row is only their end.

create table channels (
    id         {bytes} not null primary key,
    licence_id {bytes} not null references licences (id),
    platform   text not null,
    -- The one form of its address.
    address    text not null,
    label      text,
    audience   text,
    added_ms   {int} not null,
    removed_ms {int}
){strict};

-- A channel is listed once at a time; after it was taken off it may be listed again.
create unique index channels_listed on channels (licence_id, platform, address)
    where removed_ms is null;

create table channel_history (
    licence_id {bytes} not null references licences (id),
    line       {int} not null check (line > 0),
    channel_id {bytes} not null references channels (id),
    at_ms      {int} not null,
    by_whom    text not null check (by_whom in ('holder', 'store')),
    -- What was listed and what is listed since, as JSON.
    before     text,
    after      text,
    primary key (licence_id, line),
    check (before is not null or after is not null)
){strict};

create table standing_history (
    licence_id {bytes} not null references licences (id),
    line       {int} not null check (line > 0),
    at_ms      {int} not null,
    before     text not null check (before in ('valid', 'suspended')),
    after      text not null check (after in ('valid', 'suspended', 'revoked')),
    reason     text not null,
    primary key (licence_id, line),
    check (before <> after)
){strict};

