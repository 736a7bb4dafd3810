-- What a close, a sharing or a release has said is never changed: what was wrong is put right by
-- a journal of its own.

create trigger close_batches_keep before update or delete or truncate on close_batches
for each statement execute function refuse_change();

create trigger closed_cycles_keep before update or delete or truncate on closed_cycles
for each statement execute function refuse_change();

create trigger idle_shares_keep before update or delete or truncate on idle_shares
for each statement execute function refuse_change();

create trigger pool_reserve_releases_keep before update or delete or truncate on pool_reserve_releases
for each statement execute function refuse_change();

create trigger pool_uses_keep before update or delete or truncate on pool_uses
for each statement execute function refuse_change();

create trigger cycle_payments_keep before update or delete or truncate on cycle_payments
for each statement execute function refuse_change();
