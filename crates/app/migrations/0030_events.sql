-- What has happened, told in order: for webhooks and whoever follows the store. Each row is written in
-- the transaction of what it tells. The table itself comes with the triggers, since the engines number
-- rows each in their own way.

create table event_mark (
    one      {int} not null primary key check (one = 1),
    -- The last place that was given, and the last that was dropped for its age.
    last_n   {int} not null check (last_n >= 0),
    gone_n   {int} not null check (gone_n between 0 and last_n),
    -- Since when, and after which commit of the meter, whatever happened has its event here.
    since_ms {int} not null,
    since_no {int} not null
){strict};

insert into event_mark (one, last_n, gone_n, since_ms, since_no)
select 1, 0, 0,
       (select coalesce(max(at_ms), -1) + 1
          from (select max(issued_ms) as at_ms from licences
                union all select max(at_ms) from standing_history
                union all select max(at_ms) from payout_events
                union all select max(at_ms) from payment_events) earlier),
       (select settled_no from meter_mark where one = 1);
