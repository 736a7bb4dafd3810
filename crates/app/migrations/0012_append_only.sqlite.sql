-- A line of a payee is never changed or deleted: what was wrong is put right by another line.

create trigger payee_lines_keep_update before update on payee_lines
begin select raise(abort, 'payee_lines are append-only'); end;

create trigger payee_lines_keep_delete before delete on payee_lines
begin select raise(abort, 'payee_lines are append-only'); end;
