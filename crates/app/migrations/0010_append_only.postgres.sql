-- What was once written here stays: a version, a number, what was bought in whose stead or alone.

create trigger offer_templates_keep before update or delete or truncate on offer_templates
for each statement execute function refuse_change();

create trigger invoices_keep before update or delete or truncate on invoices
for each statement execute function refuse_change();

create trigger upgrades_keep before update or delete or truncate on upgrades
for each statement execute function refuse_change();

create trigger exclusives_keep before update or delete or truncate on exclusives
for each statement execute function refuse_change();
