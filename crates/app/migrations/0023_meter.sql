-- The meter. What is accepted lies in packed blobs, one a commit; about once a second it is settled
-- into sums. A row of `uses` is what one settlement made of the uses of one licence and track: of a
-- single use while there are few, of many together while there are many.

create table use_blobs (
    commit_no   {int} not null primary key check (commit_no > 0),
    accepted_ms {int} not null,
    events      {int} not null check (events > 0),
    blob        {bytes} not null
){strict};

create index use_blobs_by_time on use_blobs (accepted_ms);

-- By which numbers blobs name the bundles of a family and the cycles of a subscription's licence.
create table meter_numbers (
    of_id {bytes} not null,
    n     {int} not null check (n >= 0),
    id    {bytes} not null unique,
    primary key (of_id, n)
){strict};

-- Up to which commit uses are settled, and until when uses were counted before there were blobs.
create table meter_mark (
    one        {int} not null primary key check (one = 1),
    settled_no {int} not null,
    old_ms     {int} not null
){strict};

insert into meter_mark (one, settled_no, old_ms)
select 1, 0, coalesce(max(received_ms), 0) from uses;

-- Videos that licences count.
create table licence_videos (
    licence_id {bytes} not null references licences (id),
    video      text not null,
    primary key (licence_id, video)
){strict};

insert into licence_videos (licence_id, video)
select distinct u.licence_id, u.video
  from uses u join licences l on l.id = u.licence_id
 where l.track_id is not null;

create table settled_uses (
    id            {bytes} not null primary key,
    -- The source of the lines and of the journal that paid it.
    settlement_id {bytes} not null,
    -- The first and the last commit with such a use; 0 for uses from before there were blobs.
    first_no      {int} not null,
    last_no       {int} not null,
    uses          {int} not null check (uses > 0),
    licence_id    {bytes} not null references licences (id),
    track_id      {bytes} not null references tracks (id),
    -- The sheet that shared it and its cumulative amount afterwards; null where nothing was earned.
    sheet_id      {bytes} references split_sheets (id),
    shared_after_micros {int},
    -- Of a single use: who reported it, and what.
    reporter      text,
    event_id      text,
    report        text,
    -- Of several: where they agree.
    placement     text,
    purpose       text,
    video         text,
    territory     text,
    clip_ms       {int} not null,
    billed_ms     {int} not null check (billed_ms >= 0),
    earned_micros {int} not null check (earned_micros >= 0),
    currency      text not null,
    -- The last of them.
    published_ms  {int} not null,
    received_ms   {int} not null
){strict};

insert into settled_uses (id, settlement_id, first_no, last_no, uses, licence_id, track_id, sheet_id,
                          shared_after_micros, reporter, event_id, report, placement, purpose,
                          video, territory, clip_ms, billed_ms, earned_micros, currency,
                          published_ms, received_ms)
select u.id, u.id, 0, 0, 1, u.licence_id, u.track_id,
       (select e.sheet_id from payee_lines e where e.kind = 'use' and e.source_id = u.id
         order by e.sheet_id limit 1),
       (select max(e.shared_after_micros) from payee_lines e
         where e.kind = 'use' and e.source_id = u.id),
       u.reporter, u.event_id, u.report, u.placement, u.purpose, u.video, u.territory, u.clip_ms,
       u.billed_ms, u.earned_micros, u.currency, u.published_ms, u.received_ms
  from uses u;

create table kept_draws (use_id {bytes} not null, bundle_id {bytes} not null,
                         billed_ms {int} not null, earned_micros {int} not null){strict};
insert into kept_draws (use_id, bundle_id, billed_ms, earned_micros)
select use_id, bundle_id, billed_ms, earned_micros from use_draws;

create table kept_pool_uses (use_id {bytes} not null, cycle_id {bytes} not null,
                             track_id {bytes} not null, published_ms {int} not null,
                             origin_ms {int}){strict};
insert into kept_pool_uses (use_id, cycle_id, track_id, published_ms, origin_ms)
select use_id, cycle_id, track_id, published_ms, origin_ms from pool_uses;

drop table use_draws;
drop table pool_uses;
drop table uses;
alter table settled_uses rename to uses;

create index uses_by_track on uses (track_id, received_ms);
create index uses_by_licence on uses (licence_id, received_ms);
create index uses_by_settlement on uses (settlement_id, sheet_id);
create index uses_by_event on uses (event_id, reporter) where event_id is not null;

-- Which bundles they drew on: a use may span two.
create table use_draws (
    use_id        {bytes} not null references uses (id),
    bundle_id     {bytes} not null references bundles (id),
    billed_ms     {int} not null check (billed_ms > 0),
    earned_micros {int} not null check (earned_micros >= 0),
    primary key (use_id, bundle_id)
){strict};

create index use_draws_by_bundle on use_draws (bundle_id);

insert into use_draws (use_id, bundle_id, billed_ms, earned_micros)
select use_id, bundle_id, billed_ms, earned_micros from kept_draws;
drop table kept_draws;

create table pool_uses (
    use_id       {bytes} not null primary key references uses (id),
    uses         {int} not null check (uses > 0),
    cycle_id     {bytes} not null references cycles (id),
    track_id     {bytes} not null references tracks (id),
    -- All of one day, UTC; the last of them.
    published_ms {int} not null,
    -- Set where their own cycle was closed already: when they were published.
    origin_ms    {int}
){strict};

create index pool_uses_by_cycle on pool_uses (cycle_id);
create index pool_uses_by_time on pool_uses (published_ms, track_id);

insert into pool_uses (use_id, uses, cycle_id, track_id, published_ms, origin_ms)
select use_id, 1, cycle_id, track_id, published_ms, origin_ms from kept_pool_uses;
drop table kept_pool_uses;
