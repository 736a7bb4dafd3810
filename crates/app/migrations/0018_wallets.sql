-- Wallets, what becomes of clip time that its buyer doesn't use, and exchange between currencies.

-- Bundles that a report under any of them draws on together: those of one person's account, and
-- those bought to top another up. Else a bundle is a family of its own.
alter table bundles add column family {bytes};
update bundles
   set family = coalesce((select p.id from licences l join people p on p.id = l.buyer_id
                           where l.id = bundles.licence_id), licence_id);
create index bundles_by_family on bundles (family, expires_ms, id);

-- What was sold stays as it is in total_ms and unearned_micros. Here is what left it since (by
-- gifts, refunds and expiry), and what had been billed and earned at that moment.
alter table bundles add column gone_ms {int} not null default 0;
alter table bundles add column gone_micros {int} not null default 0;
alter table bundles add column base_ms {int} not null default 0;
alter table bundles add column base_micros {int} not null default 0;
-- The gift it came from, where nobody bought it for itself.
alter table bundles add column gift_id {bytes};

create table bundle_cuts (
    bundle_id {bytes} not null references bundles (id),
    line      {int} not null check (line > 0),
    at_ms     {int} not null,
    kind      text not null check (kind in ('gift', 'withdrawn', 'refund', 'expiry')),
    source_id {bytes} not null,
    -- Negative where a gift came back.
    ms        {int} not null,
    micros    {int} not null,
    primary key (bundle_id, line)
){strict};

create table gifts (
    id           {bytes} not null primary key,
    bundle_id    {bytes} not null references bundles (id),
    token_sha256 {bytes} not null unique,
    ms           {int} not null check (ms > 0),
    micros       {int} not null check (micros > 0),
    created_ms   {int} not null,
    taken_ms     {int},
    licence_id   {bytes} references licences (id),
    withdrawn_ms {int},
    check (taken_ms is null or withdrawn_ms is null)
){strict};

create index gifts_by_bundle on gifts (bundle_id, created_ms);

create table rest_refunds (
    id            {bytes} not null primary key,
    bundle_id     {bytes} not null references bundles (id),
    payment_id    {bytes} not null references payments (id),
    ms            {int} not null,
    refund_micros {int} not null check (refund_micros > 0),
    at_ms         {int} not null
){strict};

create table wallets (
    id         {bytes} not null primary key,
    owner_id   {bytes} not null references people (id),
    currency   text not null,
    created_ms {int} not null,
    unique (owner_id, currency)
){strict};

create table wallet_loads (
    id            {bytes} not null primary key,
    wallet_id     {bytes} not null references wallets (id),
    payment_id    {bytes} not null references payments (id),
    amount_micros {int} not null check (amount_micros > 0),
    fee_micros    {int} not null check (fee_micros >= 0),
    at_ms         {int} not null,
    -- What its provider took back, and how much of that the wallet could no longer give.
    taken_micros  {int} not null default 0 check (taken_micros >= 0),
    borne_micros  {int} not null default 0 check (borne_micros >= 0)
){strict};

-- What a program may spend of somebody's wallet.
create table wallet_grants (
    id           {bytes} not null primary key,
    wallet_id    {bytes} not null references wallets (id),
    api_key_id   {bytes} not null references api_keys (id),
    cap_micros   {int} not null check (cap_micros > 0),
    spent_micros {int} not null default 0 check (spent_micros between 0 and cap_micros),
    created_ms   {int} not null,
    expires_ms   {int} not null,
    withdrawn_ms {int}
){strict};

create index wallet_grants_by_key on wallet_grants (api_key_id, wallet_id);

-- What was bought from a wallet; the source is the licence.
create table wallet_spends (
    source_id {bytes} not null primary key,
    wallet_id {bytes} not null references wallets (id),
    grant_id  {bytes} references wallet_grants (id),
    micros    {int} not null check (micros > 0),
    at_ms     {int} not null
){strict};

create table wallet_refunds (
    id        {bytes} not null primary key,
    wallet_id {bytes} not null references wallets (id),
    micros    {int} not null check (micros > 0),
    at_ms     {int} not null
){strict};

-- The operator's rates: one unit of the one currency buys numerator / denominator of the other.
-- The latest version counts.
create table exchange_rates (
    sold        text not null,
    bought      text not null,
    version     {int} not null check (version > 0),
    numerator   {int} not null check (numerator > 0),
    denominator {int} not null check (denominator > 0),
    set_ms      {int} not null,
    primary key (sold, bought, version)
){strict};

create table exchanges (
    id            {bytes} not null primary key,
    -- The source of the payee's line in the currency bought.
    bought_id     {bytes} not null unique,
    payee_id      {bytes} not null references payees (id),
    sold          text not null,
    bought        text not null,
    version       {int} not null,
    sold_micros   {int} not null check (sold_micros > 0),
    bought_micros {int} not null check (bought_micros > 0),
    -- What is still owed, in 1/denominator of a micro-unit.
    residue       {int} not null check (residue >= 0),
    at_ms         {int} not null,
    foreign key (sold, bought, version) references exchange_rates (sold, bought, version)
){strict};

create index exchanges_by_payee on exchanges (payee_id, at_ms);

-- Residues gathered by the currency bought and the denominator: whole micro-units are posted, the
-- rest waits.
create table exchange_residues (
    currency    text not null,
    denominator {int} not null,
    whole       {int} not null check (whole >= 0),
    rest        {int} not null check (rest >= 0),
    primary key (currency, denominator)
){strict};
