-- Blobs stay as they are. They may be deleted once they are old, by the operator's policy.

create trigger use_blobs_keep_update before update on use_blobs
begin select raise(abort, 'use_blobs are append-only'); end;

create trigger pool_uses_keep_update before update on pool_uses
begin select raise(abort, 'pool_uses are append-only'); end;

create trigger pool_uses_keep_delete before delete on pool_uses
begin select raise(abort, 'pool_uses are append-only'); end;

-- What the meter keeps in memory and somebody has changed, by its id, so that every process reads
-- it again. One writer at a time numbers them.
create table meter_changes (
    n   integer not null primary key,
    id  blob not null,
    xid integer not null default 0
) strict;

create trigger meter_licences_update after update of status, envelope, buyer_id on licences
begin insert into meter_changes (id) values (new.id); end;

create trigger meter_bundles_insert after insert on bundles
begin insert into meter_changes (id) select new.family where new.family is not null; end;

create trigger meter_bundles_update after update of unearned_micros, total_ms, expires_ms, gone_ms, gone_micros, base_ms, base_micros, taken_micros on bundles
begin insert into meter_changes (id) select new.family where new.family is not null; end;

create trigger meter_cycles_insert after insert on cycles
begin insert into meter_changes (id) values (new.subscription_id); end;

create trigger meter_cycles_update after update of start_ms, end_ms, contribution_micros, taken_micros, guarantee_micros, track_cap, batch_id on cycles
begin insert into meter_changes (id) values (new.subscription_id); end;

create trigger meter_subscription_runs_insert after insert on subscription_runs
begin insert into meter_changes (id) values (new.subscription_id); end;

create trigger meter_subscription_runs_update after update of anchor_ms, until_ms on subscription_runs
begin insert into meter_changes (id) values (new.subscription_id); end;

create trigger meter_attestations_insert after insert on attestations
begin insert into meter_changes (id) values (new.track_id); end;

create trigger meter_attestations_update after update of master_ms, composition_ms on attestations
begin insert into meter_changes (id) values (new.track_id); end;

create trigger meter_exclusives_insert after insert on exclusives
begin insert into meter_changes (id) values (new.track_id); end;

create trigger meter_exclusives_update after update of from_ms, until_ms on exclusives
begin insert into meter_changes (id) values (new.track_id); end;

create trigger meter_rotation_insert after insert on rotation
begin insert into meter_changes (id) values (new.track_id); end;

create trigger meter_rotation_update after update of from_ms, until_ms on rotation
begin insert into meter_changes (id) values (new.track_id); end;

create trigger meter_rotation_delete after delete on rotation
begin insert into meter_changes (id) values (old.track_id); end;
