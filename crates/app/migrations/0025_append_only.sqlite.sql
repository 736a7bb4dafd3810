-- What was once written here stays.

create trigger journal_seals_keep_update before update on journal_seals
begin select raise(abort, 'journal_seals are append-only'); end;

create trigger journal_seals_keep_delete before delete on journal_seals
begin select raise(abort, 'journal_seals are append-only'); end;

create trigger sealed_journals_keep_update before update on sealed_journals
begin select raise(abort, 'sealed_journals are append-only'); end;

create trigger sealed_journals_keep_delete before delete on sealed_journals
begin select raise(abort, 'sealed_journals are append-only'); end;
