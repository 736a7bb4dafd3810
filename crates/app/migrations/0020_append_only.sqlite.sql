-- What was numbered stays, by payment as it did by licence.

create trigger invoices_keep_update before update on invoices
begin select raise(abort, 'invoices are append-only'); end;

create trigger invoices_keep_delete before delete on invoices
begin select raise(abort, 'invoices are append-only'); end;
