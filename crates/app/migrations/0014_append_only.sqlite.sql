-- What a close, a sharing or a release has said is never changed: what was wrong is put right by
-- a journal of its own.

create trigger close_batches_keep_update before update on close_batches
begin select raise(abort, 'close_batches are append-only'); end;

create trigger close_batches_keep_delete before delete on close_batches
begin select raise(abort, 'close_batches are append-only'); end;

create trigger closed_cycles_keep_update before update on closed_cycles
begin select raise(abort, 'closed_cycles are append-only'); end;

create trigger closed_cycles_keep_delete before delete on closed_cycles
begin select raise(abort, 'closed_cycles are append-only'); end;

create trigger idle_shares_keep_update before update on idle_shares
begin select raise(abort, 'idle_shares are append-only'); end;

create trigger idle_shares_keep_delete before delete on idle_shares
begin select raise(abort, 'idle_shares are append-only'); end;

create trigger pool_reserve_releases_keep_update before update on pool_reserve_releases
begin select raise(abort, 'pool_reserve_releases are append-only'); end;

create trigger pool_reserve_releases_keep_delete before delete on pool_reserve_releases
begin select raise(abort, 'pool_reserve_releases are append-only'); end;

create trigger pool_uses_keep_update before update on pool_uses
begin select raise(abort, 'pool_uses are append-only'); end;

create trigger pool_uses_keep_delete before delete on pool_uses
begin select raise(abort, 'pool_uses are append-only'); end;

create trigger cycle_payments_keep_update before update on cycle_payments
begin select raise(abort, 'cycle_payments are append-only'); end;

create trigger cycle_payments_keep_delete before delete on cycle_payments
begin select raise(abort, 'cycle_payments are append-only'); end;
