-- Invoices by payment: one for each that sold something. Until now each licence had one, so what a
-- subscription was renewed for, or a dearer plan added, had none.

create table payment_invoices (
    payment_id   {bytes} not null primary key references payments (id),
    licence_id   {bytes} not null references licences (id),
    series       text not null,
    number       {int} not null check (number > 0),
    issued_ms    {int} not null,
    -- Who it is from, as it was then.
    seller       text not null,
    -- What was sold: a licence (clip time is one), or a subscription's sign-up, renewal or change of
    -- plan; for those the plan, and the time [from, until) that was paid for.
    kind         text not null check (kind in ('licence', 'sign_up', 'renewal', 'plan_change')),
    plan         text,
    from_ms      {int},
    until_ms     {int},
    currency     text not null,
    gross_micros {int} not null check (gross_micros > 0),
    -- What follows is null on those that were made before it stood here: it is read from the
    -- licence, its quote and the sale's journal.
    tax_micros   {int} check (tax_micros between 0 and gross_micros),
    -- The country whose tax it is, where it is one's of the table.
    tax_country  text,
    lines        text,
    -- The words for tax within the price, where it is no line of its own.
    tax_label    text,
    unique (series, number),
    check ((kind = 'licence') = (from_ms is null)),
    check ((from_ms is null) = (until_ms is null))
){strict};

insert into payment_invoices (payment_id, licence_id, series, number, issued_ms, seller, kind, plan,
                              from_ms, until_ms, currency, gross_micros)
select p.id, i.licence_id, i.series, i.number, i.issued_ms, i.seller,
       case when c.id is null then 'licence' else 'sign_up' end, c.plan, c.start_ms, c.end_ms,
       p.currency, p.amount_micros
  from invoices i
  join licences l on l.id = i.licence_id
  join payments p on p.id = l.payment_id
  left join cycles c on p.subject = 'subscription' and c.id = p.subject_id;

drop table invoices;
alter table payment_invoices rename to invoices;
create index invoices_by_licence on invoices (licence_id);

-- Payments of earlier builds that sold something and have no invoice yet. Each gets its own by the
-- store's upkeep or when it is first asked for, with the credit notes of what was given back of it,
-- and leaves this list.
create table invoices_owed (
    payment_id {bytes} not null primary key references payments (id),
    licence_id {bytes} not null references licences (id)
){strict};

create index invoices_owed_by_licence on invoices_owed (licence_id);

insert into invoices_owed (payment_id, licence_id)
select p.id, coalesce(s.licence_id, p.subject_id)
  from payments p
  left join cycles c on p.subject = 'subscription' and c.id = p.subject_id
  left join subscriptions s on s.id = c.subscription_id
 where p.subject in ('licence', 'subscription')
   and not exists (select 1 from invoices i where i.payment_id = p.id);
