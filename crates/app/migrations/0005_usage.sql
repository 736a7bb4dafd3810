-- The meter: every accepted report of a use, once.

create table uses (
    id           {bytes} not null primary key,
    reporter     text not null,
    event_id     text not null,
    -- The report as it was understood, to tell a duplicate from a conflict.
    report       text not null,
    licence_id   {bytes} not null references licences (id),
    track_id     {bytes} not null references tracks (id),
    placement    text not null,
    purpose      text not null,
    video        text not null,
    territory    text,
    clip_ms      {int} not null,
    billed_ms    {int} not null check (billed_ms >= 0),
    earned_micros {int} not null check (earned_micros >= 0),
    currency     text not null,
    published_ms {int} not null,
    received_ms  {int} not null,
    unique (reporter, event_id)
){strict};

create index uses_by_track on uses (track_id, received_ms);
create index uses_by_licence on uses (licence_id, received_ms);

-- Which bundles a use drew on: it may span two.
create table use_draws (
    use_id        {bytes} not null references uses (id),
    bundle_id     {bytes} not null references bundles (id),
    billed_ms     {int} not null check (billed_ms > 0),
    earned_micros {int} not null check (earned_micros >= 0),
    primary key (use_id, bundle_id)
){strict};

-- What each payee earned by what: the lines of a report. They sum to the payee's account, so a
-- report can't disagree with the ledger.
create table earnings (
    payee_id     {bytes} not null references payees (id),
    source       text not null check (source in ('sale', 'use')),
    source_id    {bytes} not null,
    sheet_id     {bytes} not null references split_sheets (id),
    at_ms        {int} not null,
    currency     text not null,
    earned_micros {int} not null,
    primary key (payee_id, source, source_id)
){strict};

create index earnings_by_source on earnings (source, source_id);
