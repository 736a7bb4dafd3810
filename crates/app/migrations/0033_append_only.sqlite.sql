-- What the log has said stays.

create trigger settlement_leaves_keep_update before update on settlement_leaves
begin select raise(abort, 'settlement_leaves are append-only'); end;

create trigger settlement_leaves_keep_delete before delete on settlement_leaves
begin select raise(abort, 'settlement_leaves are append-only'); end;
