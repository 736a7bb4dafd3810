-- The meter: every report of a use, once, with the answer it was given.

create table uses (
    reporter     text not null,
    event_id     text not null,
    id           {bytes} not null unique,
    payload_sha256 {bytes} not null,
    licence_id   {bytes} references licences (id),
    track_id     {bytes} references tracks (id),
    placement    text not null,
    purpose      text not null,
    clip_ms      {int} not null,
    billed_ms    {int} not null,
    earned_micros {int} not null,
    currency     text not null,
    published_ms {int} not null,
    territory    text,
    url          text,
    views        {int},
    source       text not null,
    outcome      text not null check (outcome in ('accepted', 'refused')),
    answer       text not null,
    received_ms  {int} not null,
    primary key (reporter, event_id)
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

-- What each payee earned by each use: a report's lines are the ledger's, not a second sum.
create table use_earnings (
    use_id        {bytes} not null references uses (id),
    payee_id      {bytes} not null references payees (id),
    earned_micros {int} not null,
    primary key (use_id, payee_id)
){strict};

create index use_earnings_by_payee on use_earnings (payee_id, use_id);
