-- Every movement of what a payee has, or of what waits in escrow for one who isn't registered:
-- the lines of reports and statements. They sum to the accounts.

create table payee_lines (
    payee_id     {bytes} not null references payees (id),
    purse        text not null check (purse in ('payee', 'escrow')),
    kind         text not null,
    source_id    {bytes} not null,
    -- The sheet it was shared by; sixteen zeros where there was none.
    sheet_id     {bytes} not null,
    -- The licence it came from, where there is one alone.
    licence_id   {bytes} references licences (id),
    at_ms        {int} not null,
    currency     text not null,
    -- What the sheet shared in all, and its cumulative amount afterwards: with the sheet's parts
    -- they give the line's own amount. Null where no sheet shared, and on lines from before.
    event_micros {int},
    shared_after_micros {int},
    micros       {int} not null,
    primary key (payee_id, purse, kind, source_id, sheet_id)
){strict};

insert into payee_lines (payee_id, purse, kind, source_id, sheet_id, licence_id, at_ms, currency,
                         event_micros, shared_after_micros, micros)
select e.payee_id, 'payee', e.source, e.source_id, e.sheet_id,
       coalesce(u.licence_id, l.id), e.at_ms, e.currency, null, null, e.earned_micros
  from earnings e
  left join uses u on e.source = 'use' and u.id = e.source_id
  left join licences l on e.source = 'sale' and l.id = e.source_id;

drop table earnings;

create index payee_lines_by_time on payee_lines (payee_id, at_ms);
create index payee_lines_by_source on payee_lines (kind, source_id);
create index payee_lines_by_sheet on payee_lines (sheet_id, currency);

-- Kinds of asset may have sheets of their own; a version counts from an instant on.
alter table split_sheets add column asset_kind text;
alter table split_sheets add column from_ms {int} not null default 0;
create index split_sheets_by_track on split_sheets (track_id, from_ms);

-- When a payee was registered. One who isn't yet earns into escrow.
alter table payees add column registered_ms {int};
update payees set registered_ms = created_ms;

-- What a payment paid for: a licence (clip time is one), a cycle of a subscription, a load of a
-- wallet. The ids are of the subject's own table.
alter table payments add column subject text not null default 'licence';
alter table payments add column subject_id {bytes};
update payments
   set subject_id = (select l.id from licences l where l.payment_id = payments.id);
create index payments_by_subject on payments (subject, subject_id);
