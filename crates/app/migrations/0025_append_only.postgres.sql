-- What was once written here stays.

create trigger journal_seals_keep before update or delete or truncate on journal_seals
for each statement execute function refuse_change();

create trigger sealed_journals_keep before update or delete or truncate on sealed_journals
for each statement execute function refuse_change();
