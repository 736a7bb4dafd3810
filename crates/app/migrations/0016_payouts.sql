-- Payouts: where payees are paid and on what terms, what is on its way, the files it leaves by,
-- and the letters that tell of it.

-- The operator's rules: the latest version counts; the shipped ones where there is none.
create table payout_rules (
    version {int} not null primary key check (version > 0),
    body    text not null,
    set_by  text not null,
    set_ms  {int} not null
){strict};

create table payout_destinations (
    payee_id {bytes} not null references payees (id),
    version  {int} not null check (version > 0),
    rail     text not null,
    details  text not null,
    -- Who is told of changes.
    notify   text not null,
    set_by   text not null,
    set_ms   {int} not null,
    -- Until when nothing is paid; null for the first one, which changes nothing.
    held_until_ms {int},
    primary key (payee_id, version)
){strict};

create table payout_terms (
    payee_id {bytes} not null references payees (id),
    currency text not null,
    version  {int} not null check (version > 0),
    hold_days {int} not null check (hold_days >= 0),
    threshold_micros {int} not null check (threshold_micros >= 0),
    schedule text not null,
    -- Pay days are counted from here.
    anchor_ms {int} not null,
    set_by   text not null,
    set_ms   {int} not null,
    primary key (payee_id, currency, version)
){strict};

-- What is locked while a payout is made of a payee's money, and when it was last looked at.
create table payout_looks (
    payee_id  {bytes} not null references payees (id),
    currency  text not null,
    looked_ms {int} not null,
    primary key (payee_id, currency)
){strict};

create table payout_batches (
    id       {bytes} not null primary key,
    rail     text not null,
    currency text not null,
    lines    {int} not null check (lines > 0),
    total_micros {int} not null check (total_micros > 0),
    file_name text not null,
    media    text not null,
    content  {bytes} not null,
    sha256   {bytes} not null,
    made_by  text not null,
    made_ms  {int} not null
){strict};

create table payouts (
    id       {bytes} not null primary key,
    -- What it was proposed with: a run, or one payee's own wish.
    run_id   {bytes} not null,
    payee_id {bytes} not null references payees (id),
    currency text not null,
    rail     text not null,
    destination_version {int} not null,
    -- What arrives, and the fee beside it that the payee bears.
    amount_micros {int} not null check (amount_micros > 0),
    fee_micros {int} not null check (fee_micros >= 0),
    -- What could be paid when it was proposed.
    available_micros {int} not null,
    state    text not null check (state in ('awaiting_release', 'ready', 'sent', 'unknown',
                                            'paid', 'failed', 'withdrawn')),
    proposed_by text not null,
    proposed_ms {int} not null,
    first_release {bytes},
    released_by text,
    batch_id {bytes} references payout_batches (id),
    -- The latest answer's words, and what the provider says it charged.
    reason   text,
    charged_micros {int},
    changed_ms {int} not null,
    foreign key (payee_id, destination_version)
        references payout_destinations (payee_id, version)
){strict};

create index payouts_by_payee on payouts (payee_id, id);
create index payouts_by_state on payouts (state, rail, currency);
create index payouts_by_batch on payouts (batch_id);
create index payouts_by_run on payouts (run_id);

create table payout_events (
    payout_id {bytes} not null references payouts (id),
    no       {int} not null check (no > 0),
    at_ms    {int} not null,
    who      text not null,
    state    text not null,
    reason   text not null,
    primary key (payout_id, no)
){strict};

-- Letters to be sent: written with what they tell of, sent by whoever carries the post.
create table mails (
    id      {bytes} not null primary key,
    recipient text not null,
    subject text not null,
    body    text not null,
    at_ms   {int} not null,
    sent_ms {int}
){strict};

create index mails_unsent on mails (sent_ms, id);

-- Files are made one after the other.
insert into counters (name, next_no) values ('payout_batch', 0);
