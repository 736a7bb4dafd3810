-- What providers say of payments after they were captured, and what the store did about it.

-- All that is known of a payment: it only grows. A payment without a row was captured, and
-- nothing else has been heard of it.
create table payment_facts (
    payment_id {bytes} not null primary key references payments (id),
    facts      text not null,
    changed_ms {int} not null
){strict};

-- Every message that was taken in, once by the provider's own number for it.
create table payment_events (
    provider   text not null,
    event_id   text not null,
    payment_id {bytes} not null references payments (id),
    at_ms      {int} not null,
    facts      text not null,
    primary key (provider, event_id)
){strict};

create index payment_events_by_payment on payment_events (payment_id, at_ms);

-- Each time that new facts moved the ledger: how much the buyer's side had back afterwards, and
-- how much of that for good. All cumulative.
create table payment_steps (
    id              {bytes} not null primary key,
    payment_id      {bytes} not null references payments (id),
    step            {int} not null check (step > 0),
    at_ms           {int} not null,
    returned_micros {int} not null check (returned_micros >= 0),
    settled_micros  {int} not null check (settled_micros >= 0),
    unique (payment_id, step)
){strict};

-- The journals that followed a payment's facts. With its sale's they say what is posted for it.
create table payment_journals (
    payment_id {bytes} not null references payments (id),
    journal_id {bytes} not null references journals (id),
    step_id    {bytes} not null references payment_steps (id),
    primary key (payment_id, journal_id)
){strict};

-- What somebody asked to be refunded: written before the provider is asked, so that a lost
-- answer is found again and nothing is refunded twice.
create table refund_requests (
    id         {bytes} not null primary key,
    payment_id {bytes} not null references payments (id),
    micros     {int} not null check (micros > 0),
    reason     text not null,
    asked_ms   {int} not null,
    done_ms    {int}
){strict};

create index refund_requests_open on refund_requests (payment_id, done_ms);

-- The sandbox provider's own books: what a real provider would keep on its side.
create table sandbox_refunds (
    refund_key text not null primary key,
    reference  text not null,
    micros     {int} not null check (micros > 0)
){strict};

create index sandbox_refunds_by_payment on sandbox_refunds (reference);

create table sandbox_disputes (
    reference  text not null,
    dispute_id text not null,
    state      text not null check (state in ('open', 'won', 'lost')),
    micros     {int} not null check (micros > 0),
    fee_micros {int} not null check (fee_micros >= 0),
    primary key (reference, dispute_id)
){strict};

-- What a sale held back against chargebacks, until it goes to the payees by age. The sales from
-- before get their rows when the first of them is looked at.
create table reserve_holds (
    licence_id  {bytes} not null primary key references licences (id),
    sheet_id    {bytes} not null references split_sheets (id),
    currency    text not null,
    micros      {int} not null check (micros >= 0),
    since_ms    {int} not null,
    released_ms {int}
){strict};

create index reserve_holds_due on reserve_holds (released_ms, since_ms);

-- One for each step that gave money back for good; numbered by year without gaps, apart from
-- invoices.
create table credit_notes (
    step_id    {bytes} not null primary key references payment_steps (id),
    licence_id {bytes} not null references licences (id),
    series     text not null,
    number     {int} not null check (number > 0),
    issued_ms  {int} not null,
    -- Who it is from, as it was then.
    seller     text not null,
    currency   text not null,
    micros     {int} not null check (micros > 0),
    tax_micros {int} not null check (tax_micros >= 0),
    reason     text not null,
    unique (series, number)
){strict};

create index credit_notes_by_licence on credit_notes (licence_id);

-- Whether the operator moved a licence's standing by hand, or its payment's facts did: what the
-- operator put on hold is never restored by a payment.
alter table standing_history add column cause text not null default 'operator';

-- What refunds and disputes took of a bundle's unearned rest. While any is taken, nothing more is
-- drawn.
alter table bundles add column taken_micros {int} not null default 0;
