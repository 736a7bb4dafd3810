-- `seq` is the order of writing, `n` the place that readers see: it is given once, after the commit.
create table events (
    seq     integer not null primary key,
    n       integer unique check (n > 0),
    id      blob not null unique,
    kind    text not null,
    at_ms   integer not null,
    -- What it is about, and which of its events of this kind.
    subject blob not null,
    place   integer not null,
    data    text not null,
    unique (kind, subject, place)
) strict;

create index events_by_time on events (at_ms);

-- What was told stays as it was told; only old events go.
create trigger events_keep_update before update of seq, id, kind, at_ms, subject, place, data on events
begin select raise(abort, 'events are append-only'); end;

create trigger events_keep_place before update of n on events when old.n is not null
begin select raise(abort, 'events are append-only'); end;

create trigger events_keep_untold before delete on events when old.n is null
begin select raise(abort, 'events are append-only'); end;
