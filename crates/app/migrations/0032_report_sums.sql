-- What reports of payees add up, kept beside the lines that it is the sum of and written with them:
-- a report costs the same after ten uses and after ten million.

create table track_sums (
    track_id  {bytes} not null primary key references tracks (id),
    uses      {int} not null,
    clip_ms   {int} not null,
    billed_ms {int} not null
){strict};

insert into track_sums (track_id, uses, clip_ms, billed_ms)
select track_id, cast(sum(uses) as bigint), cast(sum(clip_ms) as bigint),
       cast(sum(billed_ms) as bigint)
  from uses group by track_id;

-- By the hour of receipt since 1970.
create table track_hours (
    track_id {bytes} not null references tracks (id),
    hour     {int} not null,
    uses     {int} not null,
    primary key (track_id, hour)
){strict};

insert into track_hours (track_id, hour, uses)
select track_id, received_ms / 3600000, cast(sum(uses) as bigint)
  from uses group by track_id, received_ms / 3600000;

create table payee_sums (
    payee_id {bytes} not null references payees (id),
    currency text not null,
    kind     text not null,
    -- Sixteen zeros where no sheet shared it.
    sheet_id {bytes} not null,
    micros   {int} not null,
    primary key (payee_id, currency, kind, sheet_id)
){strict};

insert into payee_sums (payee_id, currency, kind, sheet_id, micros)
select payee_id, currency, kind, sheet_id, cast(sum(micros) as bigint)
  from payee_lines group by payee_id, currency, kind, sheet_id;

-- How many licences of a track were sold.
create index licences_by_track on licences (track_id);
