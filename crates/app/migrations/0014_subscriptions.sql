-- Subscriptions: plans of the pool, who subscribes, their cycles, what was used in each, how cycles
-- were closed, the calendar of the rotation.

create table pool_plans (
    code             text not null primary key,
    label            text not null,
    -- Of a cycle, before tax that is added.
    price_micros     {int} not null check (price_micros > 0),
    currency         text not null,
    guarantee_micros {int} not null check (guarantee_micros > 0),
    -- The most uses of one track in a cycle; null for no such limit.
    track_cap        {int} check (track_cap > 0),
    -- What becomes of a cycle without uses: 'share' or 'roll_over'.
    idle_rule        text not null check (idle_rule in ('share', 'roll_over')),
    on_sale          {int} not null,
    changed_ms       {int} not null
){strict};

insert into pool_plans (code, label, price_micros, currency, guarantee_micros, track_cap, idle_rule,
                        on_sale, changed_ms)
values ('pool_5', 'Rotating library', 5000000, 'USD', 50000, null, 'share', 1, 0);

-- The row follows the state that the rules of the domain give; runs and cycles are its history.
create table subscriptions (
    id          {bytes} not null primary key,
    licence_id  {bytes} not null unique references licences (id),
    plan        text not null references pool_plans (code),
    currency    text not null,
    -- The state as JSON, as the domain has it.
    state       text not null,
    -- What the provider gave us to charge again: never a card's number.
    provider    text not null,
    card_token  text not null,
    -- When the next step is due: a renewal, another try of one, an end; null when none is.
    due_ms      {int},
    -- Since when a renewal has been owed, and how often it was tried.
    owed_ms     {int},
    tries       {int} not null,
    created_ms  {int} not null
){strict};

create index subscriptions_due on subscriptions (due_ms);

-- Stretches of time in which a subscription ran, [anchor, until).
create table subscription_runs (
    subscription_id {bytes} not null references subscriptions (id),
    anchor_ms       {int} not null,
    until_ms        {int},
    primary key (subscription_id, anchor_ms)
){strict};

-- A paid cycle, [start, end). Its figures are frozen when it begins; uses and money join it until
-- it is closed, which `batch_id` says, and closed_cycles says how.
create table cycles (
    id                  {bytes} not null primary key,
    subscription_id     {bytes} not null references subscriptions (id),
    plan                text not null,
    currency            text not null,
    start_ms            {int} not null,
    end_ms              {int} not null,
    -- The price that an upgrade is reckoned from.
    price_micros        {int} not null,
    -- A: everything that reached the composers' side for it, what rolled over included.
    contribution_micros {int} not null check (contribution_micros >= 0),
    -- What refunds took back of it while it was open, and after it was closed.
    taken_micros        {int} not null default 0,
    taken_closed_micros {int} not null default 0,
    reserve_taken_micros {int} not null default 0,
    guarantee_micros    {int} not null check (guarantee_micros > 0),
    track_cap           {int},
    idle_rule           text not null,
    batch_id            {bytes},
    unique (subscription_id, start_ms),
    check (start_ms < end_ms)
){strict};

create index cycles_open on cycles (end_ms, id) where batch_id is null;
create index cycles_by_batch on cycles (batch_id, end_ms, id) where batch_id is not null;

-- Which payments funded which cycle, and the journal that booked each.
create table cycle_payments (
    payment_id     {bytes} not null primary key references payments (id),
    cycle_id       {bytes} not null references cycles (id),
    journal_kind   text not null,
    journal_source text not null,
    pool_micros    {int} not null,
    reserve_micros {int} not null
){strict};

create index cycle_payments_by_cycle on cycle_payments (cycle_id);

-- Uses by track, kept in the transaction of each use.
create table cycle_uses (
    cycle_id {bytes} not null references cycles (id),
    track_id {bytes} not null references tracks (id),
    uses     {int} not null check (uses > 0),
    primary key (cycle_id, track_id)
){strict};

-- Which cycle paid for a use.
create table pool_uses (
    use_id       {bytes} not null primary key references uses (id),
    cycle_id     {bytes} not null references cycles (id),
    track_id     {bytes} not null references tracks (id),
    published_ms {int} not null,
    -- Set where its own cycle was closed already: when it was published.
    origin_ms    {int}
){strict};

create index pool_uses_by_cycle on pool_uses (cycle_id);
create index pool_uses_by_time on pool_uses (published_ms, track_id);

-- Cycles that were closed together, in one journal.
create table close_batches (
    id       {bytes} not null primary key,
    at_ms    {int} not null,
    currency text not null,
    -- The sums, as the public report shows them.
    totals   text not null
){strict};

-- How a cycle was closed. Append-only.
create table closed_cycles (
    cycle_id      {bytes} not null primary key references cycles (id),
    batch_id      {bytes} not null references close_batches (id),
    top_up_micros {int} not null check (top_up_micros >= 0),
    unused_micros {int} not null check (unused_micros >= 0),
    -- Where the unused went: nothing, idle or next.
    unused_to     text not null check (unused_to in ('nothing', 'idle', 'next')),
    -- SHA-256 of the cycle's report.
    digest        {bytes} not null
){strict};

create index closed_cycles_by_batch on closed_cycles (batch_id);

-- A month's idle money, shared once. Append-only.
create table idle_shares (
    id           {bytes} not null primary key,
    -- The first instant of the month and of the next.
    month_ms     {int} not null,
    until_ms     {int} not null,
    currency     text not null,
    at_ms        {int} not null,
    micros       {int} not null check (micros >= 0),
    uses         {int} not null,
    unique (month_ms, currency)
){strict};

-- The reserve of a cycle, released to its tracks. Append-only.
create table pool_reserve_releases (
    cycle_id {bytes} not null primary key references cycles (id),
    at_ms    {int} not null,
    micros   {int} not null check (micros >= 0)
){strict};

-- The calendar: which tracks are in the pool from when until when; until is open where null.
create table rotation (
    id       {bytes} not null primary key,
    track_id {bytes} not null references tracks (id),
    from_ms  {int} not null,
    until_ms {int},
    check (until_ms is null or from_ms < until_ms)
){strict};

create index rotation_by_track on rotation (track_id, from_ms);
create index rotation_by_time on rotation (from_ms);
