-- A version of a split sheet never changes, nor does what was proposed.

create trigger split_sheets_keep before update or delete or truncate on split_sheets
for each statement execute function refuse_change();

create trigger split_shares_keep before update or delete or truncate on split_shares
for each statement execute function refuse_change();

create trigger split_proposal_shares_keep before update or delete or truncate on split_proposal_shares
for each statement execute function refuse_change();
