insert into channel_licences (address, licence_id)
select distinct json_extract(h.after, '$.address'), h.licence_id
  from channel_history h where h.after is not null;

-- The meter keeps in memory what lists say of a channel. It is told of a change by the last sixteen
-- characters of the address, which is plain ASCII.
create trigger channels_found_insert after insert on channels
begin
    insert into channel_licences (address, licence_id) values (new.address, new.licence_id)
        on conflict (address, licence_id) do nothing;
    insert into meter_changes (id)
    values (cast(substr('----------------' || new.address, -16) as blob));
end;

create trigger channels_found_update after update of address, removed_ms on channels
begin
    insert into channel_licences (address, licence_id) values (new.address, new.licence_id)
        on conflict (address, licence_id) do nothing;
    insert into meter_changes (id)
    values (cast(substr('----------------' || old.address, -16) as blob)),
           (cast(substr('----------------' || new.address, -16) as blob));
end;
