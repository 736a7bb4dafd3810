-- `seq` is the order of writing, `n` the place that readers see: it is given once, after the commit.
create table events (
    seq     bigint generated always as identity primary key,
    n       bigint unique check (n > 0),
    id      bytea not null unique,
    kind    text not null,
    at_ms   bigint not null,
    -- What it is about, and which of its events of this kind.
    subject bytea not null,
    place   bigint not null,
    data    text not null,
    unique (kind, subject, place)
);

create index events_by_time on events (at_ms);

-- What was told stays as it was told; only old events go.
create trigger events_keep_update before update of seq, id, kind, at_ms, subject, place, data on events
for each statement execute function refuse_change();

create trigger events_keep_place before update of n on events
for each row when (old.n is not null) execute function refuse_change();

create trigger events_keep_untold before delete on events
for each row when (old.n is null) execute function refuse_change();

create trigger events_keep_all before truncate on events
for each statement execute function refuse_change();
