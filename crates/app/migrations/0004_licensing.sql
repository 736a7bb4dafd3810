-- From a quote to a licence: what was offered, what was paid, what was granted, frozen.

create table quotes (
    id         {bytes} not null primary key,
    track_id   {bytes} references tracks (id),
    intent     text not null,
    -- Every option as it was quoted, in full: a later price change never touches it.
    options    text not null,
    created_ms {int} not null,
    expires_ms {int} not null
){strict};

create table payments (
    id            {bytes} not null primary key,
    provider      text not null,
    reference     text not null,
    amount_micros {int} not null check (amount_micros > 0),
    currency      text not null,
    captured_ms   {int} not null,
    unique (provider, reference)
){strict};

create table licences (
    id           {bytes} not null primary key,
    code         text not null unique,
    quote_id     {bytes} not null references quotes (id),
    payment_id   {bytes} not null references payments (id),
    buyer_id     {bytes},
    -- Null for a bundle, which is not tied to a track.
    track_id     {bytes} references tracks (id),
    asset_kind   text not null,
    tier         text not null,
    label        text not null,
    -- The names as they were when it was sold.
    title        text not null,
    artist       text not null,
    price_micros {int} not null check (price_micros > 0),
    currency     text not null,
    price_lines  text not null,
    envelope     text not null,
    envelope_sha256 {bytes} not null,
    token        text not null,
    status       text not null check (status in ('valid', 'suspended', 'revoked')),
    status_index {int} not null unique,
    issued_ms    {int} not null
){strict};

-- Who holds a licence. Kept apart from what is signed, so that a person can be forgotten.
create table licensees (
    licence_id {bytes} not null primary key references licences (id),
    name       text not null,
    email      text
){strict};

create table licence_files (
    licence_id {bytes} not null references licences (id),
    position   {int} not null,
    asset_id   {bytes} not null references assets (id),
    name       text not null,
    blob       {bytes} not null,
    format     text not null,
    essence_sha256 {bytes} not null,
    primary key (licence_id, position)
){strict};

create table bundles (
    id              {bytes} not null primary key,
    licence_id      {bytes} not null unique references licences (id),
    plan            text not null,
    currency        text not null,
    price_micros    {int} not null,
    unearned_micros {int} not null check (unearned_micros >= 0),
    total_ms        {int} not null check (total_ms > 0),
    consumed_ms     {int} not null check (consumed_ms >= 0),
    expires_ms      {int} not null,
    check (consumed_ms <= total_ms)
){strict};

-- A request that must happen once: the row is of the same transaction as what it caused.
create table idempotency (
    principal    text not null,
    idem_key     text not null,
    request_sha256 {bytes} not null,
    object_id    {bytes} not null,
    created_ms   {int} not null,
    primary key (principal, idem_key)
){strict};

-- Numbers that are handed out one by one, such as places in the status list.
create table counters (
    name    text not null primary key,
    next_no {int} not null
){strict};

insert into counters (name, next_no) values ('status_index', 0);
