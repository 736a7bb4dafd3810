-- What the log has said stays.

create trigger settlement_leaves_keep before update or delete or truncate on settlement_leaves
for each statement execute function refuse_change();
