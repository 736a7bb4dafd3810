-- What was numbered stays, by payment as it did by licence.

create trigger invoices_keep before update or delete or truncate on invoices
for each statement execute function refuse_change();
