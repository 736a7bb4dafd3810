-- What was heard, posted and numbered stays.

create trigger payment_events_keep_update before update on payment_events
begin select raise(abort, 'payment_events are append-only'); end;

create trigger payment_events_keep_delete before delete on payment_events
begin select raise(abort, 'payment_events are append-only'); end;

create trigger payment_steps_keep_update before update on payment_steps
begin select raise(abort, 'payment_steps are append-only'); end;

create trigger payment_steps_keep_delete before delete on payment_steps
begin select raise(abort, 'payment_steps are append-only'); end;

create trigger payment_journals_keep_update before update on payment_journals
begin select raise(abort, 'payment_journals are append-only'); end;

create trigger payment_journals_keep_delete before delete on payment_journals
begin select raise(abort, 'payment_journals are append-only'); end;

create trigger credit_notes_keep_update before update on credit_notes
begin select raise(abort, 'credit_notes are append-only'); end;

create trigger credit_notes_keep_delete before delete on credit_notes
begin select raise(abort, 'credit_notes are append-only'); end;
