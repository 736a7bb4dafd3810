-- No posting or journal is ever changed or deleted: mistakes are put right by a new journal.

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% are append-only', tg_table_name;
end
$$;

create trigger journals_keep before update or delete or truncate on journals
for each statement execute function refuse_change();

create trigger postings_keep before update or delete or truncate on postings
for each statement execute function refuse_change();
