-- No posting or journal is ever changed or deleted: mistakes are put right by a new journal.

create trigger journals_keep_update before update on journals
begin select raise(abort, 'journals are append-only'); end;

create trigger journals_keep_delete before delete on journals
begin select raise(abort, 'journals are append-only'); end;

create trigger postings_keep_update before update on postings
begin select raise(abort, 'postings are append-only'); end;

create trigger postings_keep_delete before delete on postings
begin select raise(abort, 'postings are append-only'); end;
