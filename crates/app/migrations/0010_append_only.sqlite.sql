-- What was once written here stays: a version, a number, what was bought in whose stead or alone.

create trigger offer_templates_keep_update before update on offer_templates
begin select raise(abort, 'offer_templates are append-only'); end;

create trigger offer_templates_keep_delete before delete on offer_templates
begin select raise(abort, 'offer_templates are append-only'); end;

create trigger invoices_keep_update before update on invoices
begin select raise(abort, 'invoices are append-only'); end;

create trigger invoices_keep_delete before delete on invoices
begin select raise(abort, 'invoices are append-only'); end;

create trigger upgrades_keep_update before update on upgrades
begin select raise(abort, 'upgrades are append-only'); end;

create trigger upgrades_keep_delete before delete on upgrades
begin select raise(abort, 'upgrades are append-only'); end;

create trigger exclusives_keep_update before update on exclusives
begin select raise(abort, 'exclusives are append-only'); end;

create trigger exclusives_keep_delete before delete on exclusives
begin select raise(abort, 'exclusives are append-only'); end;
