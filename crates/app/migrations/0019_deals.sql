-- What else decides the money of a sale: taxes by country, prices in other currencies, promotion
-- codes, curators; and licences for nothing.

-- The operator's table of taxes. The line that began last counts; `removed` takes a country out.
create table tax_rates (
    line    {int} not null primary key,
    country text not null,
    mode    text not null check (mode in ('none', 'inclusive', 'exclusive', 'removed')),
    bp      {int} not null check (bp between 0 and 10000),
    from_ms {int} not null,
    set_by  text not null,
    set_ms  {int} not null
){strict};

create index tax_rates_by_country on tax_rates (country, from_ms);

-- Prices in other currencies. The latest line of a currency counts; `closed` ends its sale.
create table currency_prices (
    line        {int} not null primary key,
    currency    text not null,
    -- The currency that offers are priced in, and what one unit of it buys.
    base        text not null,
    numerator   {int} not null check (numerator > 0),
    denominator {int} not null check (denominator > 0),
    step_minor  {int} not null check (step_minor > 0),
    less_minor  {int} not null check (less_minor >= 0 and less_minor < step_minor),
    -- The payment provider's fixed fee on a charge in it.
    fee_fixed_micros {int} not null check (fee_fixed_micros >= 0),
    closed      {int} not null check (closed in (0, 1)),
    set_by      text not null,
    set_ms      {int} not null
){strict};

create table promos (
    code       text not null primary key,
    -- Basis points, or an amount of a currency: one of them.
    bp         {int} check (bp between 1 and 10000),
    off_micros {int} check (off_micros > 0),
    currency   text,
    tier       text,
    track_id   {bytes} references tracks (id),
    from_ms    {int} not null,
    until_ms   {int},
    uses_max   {int} check (uses_max > 0),
    used       {int} not null check (used >= 0),
    closed_ms  {int},
    made_by    text not null,
    made_ms    {int} not null,
    check (uses_max is null or used <= uses_max),
    check ((bp is null) <> (off_micros is null))
){strict};

-- Each use of a code: of the same transaction as the sale.
create table promo_uses (
    licence_id {bytes} not null primary key references licences (id),
    code       text not null references promos (code),
    off_micros {int} not null check (off_micros > 0),
    at_ms      {int} not null
){strict};

create index promo_uses_by_code on promo_uses (code);

-- Who sends buyers, and gets a part of the commission for it.
create table curators (
    slug      text not null primary key,
    payee_id  {bytes} not null references payees (id),
    share_bp  {int} not null check (share_bp between 1 and 10000),
    made_by   text not null,
    made_ms   {int} not null,
    closed_ms {int}
){strict};

insert into counters (name, next_no) values ('tax_rates', 0), ('currency_prices', 0);
