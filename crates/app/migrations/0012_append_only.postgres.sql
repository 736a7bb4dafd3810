-- A line of a payee is never changed or deleted: what was wrong is put right by another line.

create trigger payee_lines_keep before update or delete or truncate on payee_lines
for each statement execute function refuse_change();
