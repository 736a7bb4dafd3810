-- A version of a split sheet never changes, nor does what was proposed.

create trigger split_sheets_keep_update before update on split_sheets
begin select raise(abort, 'split_sheets are append-only'); end;

create trigger split_sheets_keep_delete before delete on split_sheets
begin select raise(abort, 'split_sheets are append-only'); end;

create trigger split_shares_keep_update before update on split_shares
begin select raise(abort, 'split_shares are append-only'); end;

create trigger split_shares_keep_delete before delete on split_shares
begin select raise(abort, 'split_shares are append-only'); end;

create trigger split_proposal_shares_keep_update before update on split_proposal_shares
begin select raise(abort, 'split_proposal_shares are append-only'); end;

create trigger split_proposal_shares_keep_delete before delete on split_proposal_shares
begin select raise(abort, 'split_proposal_shares are append-only'); end;
