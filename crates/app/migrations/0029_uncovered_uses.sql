-- Uses that were reported and that no licence covers: kept as they came, so that cover can be offered
-- for them. They lie in no blob, earn nothing, and their ids are free: an event that is sent again
-- is judged anew, and closes its row once it counts.

create table uncovered_uses (
    id          {bytes} not null primary key,
    -- Rises with every commit that keeps some, so that every process sees what others have kept.
    kept_no     {int} not null check (kept_no > 0),
    reporter    text not null,
    event_id    text not null,
    licence_id  {bytes} not null references licences (id),
    track_id    {bytes} not null references tracks (id),
    -- JSON: the report as it was understood, and every reason why it isn't covered.
    report      text not null,
    reasons     text not null,
    -- When it was refused first.
    received_ms {int} not null,
    state       text not null check (state in ('open', 'bought', 'dismissed')),
    closed_ms   {int},
    unique (reporter, event_id),
    check ((state = 'open') = (closed_ms is null))
){strict};

create index uncovered_uses_by_licence on uncovered_uses (licence_id, state, id);
create index uncovered_uses_by_state on uncovered_uses (state, id);
create index uncovered_uses_by_number on uncovered_uses (kept_no);
create index uncovered_uses_by_time on uncovered_uses (received_ms);

-- The last number that was given.
alter table meter_mark add column kept_no {int} not null default 0;
