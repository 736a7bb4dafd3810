-- Whoever adds a channel meanwhile waits, and is told of by the trigger.
lock table channels in share row exclusive mode;

insert into channel_licences (address, licence_id)
select distinct cast(h.after as json) ->> 'address', h.licence_id
  from channel_history h where h.after is not null;

-- The meter keeps in memory what lists say of a channel. It is told of a change by the last sixteen
-- characters of the address, which is plain ASCII.
create function channel_found() returns trigger language plpgsql as $$
begin
    insert into channel_licences (address, licence_id) values (new.address, new.licence_id)
        on conflict do nothing;
    if tg_op = 'UPDATE' then
        insert into meter_changes (id)
        values (convert_to(right('----------------' || old.address, 16), 'UTF8'));
    end if;
    insert into meter_changes (id)
    values (convert_to(right('----------------' || new.address, 16), 'UTF8'));
    return null;
end
$$;

create trigger channels_found_insert after insert on channels
for each row execute function channel_found();

create trigger channels_found_update after update of address, removed_ms on channels
for each row execute function channel_found();
