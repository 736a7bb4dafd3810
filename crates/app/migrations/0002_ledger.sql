-- The ledger: journals that balance, one per cause, never changed. A balance is a sum kept
-- beside its postings in the same transaction; audit recomputes it.

create table journals (
    id     {bytes} not null primary key,
    kind   text not null,
    source text not null,
    at_ms  {int} not null,
    memo   text not null,
    unique (kind, source)
){strict};

create table postings (
    journal_id    {bytes} not null references journals (id),
    line          {int} not null check (line > 0),
    account       text not null,
    currency      text not null,
    amount_micros {int} not null check (amount_micros <> 0),
    primary key (journal_id, line)
){strict};

create index postings_by_account on postings (account, currency);

create table balances (
    account       text not null,
    currency      text not null,
    amount_micros {int} not null,
    primary key (account, currency)
){strict};
