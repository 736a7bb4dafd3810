-- What is on sale: artists, their tracks, what each track is cut into, and who shares its money.

create table artists (
    id         {bytes} not null primary key,
    name       text not null,
    slug       text not null unique,
    created_ms {int} not null
){strict};

-- A payee earns; whether they ever sign in is another matter (people).
create table payees (
    id         {bytes} not null primary key,
    name       text not null unique,
    created_ms {int} not null
){strict};

create table tracks (
    id           {bytes} not null primary key,
    slug         text not null unique,
    artist_id    {bytes} not null references artists (id),
    title        text not null,
    description  text not null,
    genre        text not null,
    bpm_milli    {int},
    musical_key  text,
    duration_ms  {int} not null check (duration_ms > 0),
    loudness_clufs {int} not null,
    energy       {int} not null check (energy between 0 and 100),
    hook_ms      {int} not null,
    loopable     {int} not null check (loopable in (0, 1)),
    vocal        {int} not null check (vocal in (0, 1)),
    -- The master's bytes: the same file imported twice is one track.
    master_sha256 {bytes} not null unique,
    preview_blob {bytes} not null,
    peaks        {bytes} not null,
    created_ms   {int} not null
){strict};

create index tracks_by_age on tracks (created_ms, id);

create table track_tags (
    track_id {bytes} not null references tracks (id),
    kind     text not null check (kind in ('mood', 'instrument')),
    value    text not null,
    primary key (track_id, kind, value)
){strict};

-- What of a track can be licensed. A cut has no blob until it is first delivered.
create table assets (
    id          {bytes} not null primary key,
    track_id    {bytes} not null references tracks (id),
    kind        text not null,
    name        text not null,
    start_ms    {int} not null,
    duration_ms {int} not null check (duration_ms > 0),
    blob        {bytes},
    format      text not null,
    essence_sha256 {bytes},
    unique (track_id, kind, name)
){strict};

-- A version of a split sheet never changes; the next one applies from the next event on.
create table split_sheets (
    id         {bytes} not null primary key,
    track_id   {bytes} not null references tracks (id),
    version    {int} not null check (version > 0),
    created_ms {int} not null,
    unique (track_id, version)
){strict};

create table split_shares (
    sheet_id  {bytes} not null references split_sheets (id),
    payee_id  {bytes} not null references payees (id),
    share_ppm {int} not null check (share_ppm between 1 and 1000000),
    primary key (sheet_id, payee_id)
){strict};

-- How much a sheet has shared so far: what telescoping shares are computed from.
create table split_progress (
    sheet_id      {bytes} not null references split_sheets (id),
    currency      text not null,
    shared_micros {int} not null check (shared_micros >= 0),
    primary key (sheet_id, currency)
){strict};

create table offers (
    id           {bytes} not null primary key,
    track_id     {bytes} not null references tracks (id),
    asset_kind   text not null,
    tier         text not null,
    price_micros {int} not null check (price_micros > 0),
    currency     text not null,
    envelope     text not null,
    closed_ms    {int},
    unique (track_id, asset_kind, tier)
){strict};
