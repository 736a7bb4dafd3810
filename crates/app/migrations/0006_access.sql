-- People, how they sign in, and the keys programs use. Secrets are kept as hashes only.

create table people (
    id         {bytes} not null primary key,
    name       text not null,
    role       text not null check (role in ('buyer', 'composer', 'operator')),
    -- The payee a composer is paid as.
    payee_id   {bytes} references payees (id),
    created_ms {int} not null,
    unique (role, name)
){strict};

create table sign_in_links (
    token_sha256 {bytes} not null primary key,
    person_id    {bytes} not null references people (id),
    expires_ms   {int} not null,
    used_ms      {int}
){strict};

create table sessions (
    token_sha256 {bytes} not null primary key,
    person_id    {bytes} not null references people (id),
    created_ms   {int} not null,
    expires_ms   {int} not null
){strict};

create table api_keys (
    id            {bytes} not null primary key,
    name          text not null,
    secret_sha256 {bytes} not null unique,
    scopes        text not null,
    created_ms    {int} not null,
    revoked_ms    {int}
){strict};
