-- What was heard, posted and numbered stays.

create trigger payment_events_keep before update or delete or truncate on payment_events
for each statement execute function refuse_change();

create trigger payment_steps_keep before update or delete or truncate on payment_steps
for each statement execute function refuse_change();

create trigger payment_journals_keep before update or delete or truncate on payment_journals
for each statement execute function refuse_change();

create trigger credit_notes_keep before update or delete or truncate on credit_notes
for each statement execute function refuse_change();
