-- Split sheets by agreement: what is proposed, whom it concerns, and who has said what.

create table split_proposals (
    id            {bytes} not null primary key,
    track_id      {bytes} not null references tracks (id),
    -- The kind of asset it is about; null for the track as such.
    asset_kind    text,
    -- The id its version of the split sheet has once it takes effect.
    sheet_id      {bytes} not null unique,
    proposed_by   text not null,
    -- The payee who proposed it; null where the operator did.
    proposer_id   {bytes} references payees (id),
    proposed_ms   {int} not null,
    -- What the operator says the parties have signed elsewhere, instead of accepting here.
    on_paper      text,
    status        text not null
                  check (status in ('open', 'agreed', 'declined', 'withdrawn', 'replaced')),
    closed_ms     {int},
    closed_by     text
){strict};

create index split_proposals_by_track on split_proposals (track_id, proposed_ms);

-- One at a time for each split.
create unique index split_proposals_open on split_proposals (track_id, coalesce(asset_kind, ''))
    where status = 'open';

create table split_proposal_shares (
    proposal_id {bytes} not null references split_proposals (id),
    payee_id    {bytes} not null references payees (id),
    share_ppm   {int} not null check (share_ppm between 1 and 1000000),
    primary key (proposal_id, payee_id)
){strict};

-- Whom it concerns. Who isn't registered has an invitation: a secret, kept as its hash.
create table split_parties (
    proposal_id  {bytes} not null references split_proposals (id),
    payee_id     {bytes} not null references payees (id),
    email        text,
    token_sha256 {bytes} unique,
    accepted_ms  {int},
    primary key (proposal_id, payee_id)
){strict};

create index split_parties_by_payee on split_parties (payee_id);

-- Advances that are recouped from what is earned after them, the earliest first.
create table advances (
    id             {bytes} not null primary key,
    payee_id       {bytes} not null references payees (id),
    currency       text not null,
    granted_micros {int} not null check (granted_micros > 0),
    -- What was earned since, of which at most the grant is recouped. Below zero after reversals.
    earned_micros  {int} not null default 0,
    granted_ms     {int} not null,
    granted_by     text not null,
    -- The operator's own word for it, such as a contract's number: no advance is paid twice.
    reference      text not null unique
){strict};

create index advances_by_payee on advances (payee_id, currency, granted_ms, id);
