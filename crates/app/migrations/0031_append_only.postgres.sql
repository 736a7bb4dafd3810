
create function refuse_delete_of_blobs() returns trigger language plpgsql as $$
begin
    if old.commit_no > (select dropped_no from meter_mark where one = 1) then
        raise exception 'use_blobs are kept until meter_mark says that they were dropped';
    end if;
    return old;
end
$$;

create trigger use_blobs_keep_delete before delete on use_blobs
for each row execute function refuse_delete_of_blobs();
