-- Blobs stay as they are. They may be deleted once they are old, by the operator's policy.

create trigger use_blobs_keep before update or truncate on use_blobs
for each statement execute function refuse_change();

create trigger pool_uses_keep before update or delete or truncate on pool_uses
for each statement execute function refuse_change();

-- What the meter keeps in memory and somebody has changed, by its id, so that every process reads
-- it again. Numbers are given before they are seen: who wrote them says what may have been missed.
create table meter_changes (
    n   bigint generated always as identity primary key,
    id  bytea not null,
    xid bigint not null default cast(cast(pg_current_xact_id() as text) as bigint)
);

create index meter_changes_by_xid on meter_changes (xid);

create function meter_changed() returns trigger language plpgsql as $$
declare
    changed bytea;
begin
    if tg_op = 'DELETE' then
        execute format('select ($1).%I', tg_argv[0]) using old into changed;
    else
        execute format('select ($1).%I', tg_argv[0]) using new into changed;
    end if;
    if changed is not null then
        insert into meter_changes (id) values (changed);
    end if;
    return null;
end
$$;

create trigger meter_licences_update after update of status, envelope, buyer_id on licences
for each row execute function meter_changed('id');

create trigger meter_bundles_insert after insert on bundles
for each row execute function meter_changed('family');

create trigger meter_bundles_update after update of unearned_micros, total_ms, expires_ms, gone_ms, gone_micros, base_ms, base_micros, taken_micros on bundles
for each row execute function meter_changed('family');

create trigger meter_cycles_insert after insert on cycles
for each row execute function meter_changed('subscription_id');

create trigger meter_cycles_update after update of start_ms, end_ms, contribution_micros, taken_micros, guarantee_micros, track_cap, batch_id on cycles
for each row execute function meter_changed('subscription_id');

create trigger meter_subscription_runs_insert after insert on subscription_runs
for each row execute function meter_changed('subscription_id');

create trigger meter_subscription_runs_update after update of anchor_ms, until_ms on subscription_runs
for each row execute function meter_changed('subscription_id');

create trigger meter_attestations_insert after insert on attestations
for each row execute function meter_changed('track_id');

create trigger meter_attestations_update after update of master_ms, composition_ms on attestations
for each row execute function meter_changed('track_id');

create trigger meter_exclusives_insert after insert on exclusives
for each row execute function meter_changed('track_id');

create trigger meter_exclusives_update after update of from_ms, until_ms on exclusives
for each row execute function meter_changed('track_id');

create trigger meter_rotation_insert after insert on rotation
for each row execute function meter_changed('track_id');

create trigger meter_rotation_update after update of from_ms, until_ms on rotation
for each row execute function meter_changed('track_id');

create trigger meter_rotation_delete after delete on rotation
for each row execute function meter_changed('track_id');
