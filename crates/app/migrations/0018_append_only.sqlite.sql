-- What was once written here stays.

create trigger bundle_cuts_keep_update before update on bundle_cuts
begin select raise(abort, 'bundle_cuts are append-only'); end;

create trigger bundle_cuts_keep_delete before delete on bundle_cuts
begin select raise(abort, 'bundle_cuts are append-only'); end;

create trigger rest_refunds_keep_update before update on rest_refunds
begin select raise(abort, 'rest_refunds are append-only'); end;

create trigger rest_refunds_keep_delete before delete on rest_refunds
begin select raise(abort, 'rest_refunds are append-only'); end;

create trigger wallet_spends_keep_update before update on wallet_spends
begin select raise(abort, 'wallet_spends are append-only'); end;

create trigger wallet_spends_keep_delete before delete on wallet_spends
begin select raise(abort, 'wallet_spends are append-only'); end;

create trigger wallet_refunds_keep_update before update on wallet_refunds
begin select raise(abort, 'wallet_refunds are append-only'); end;

create trigger wallet_refunds_keep_delete before delete on wallet_refunds
begin select raise(abort, 'wallet_refunds are append-only'); end;

create trigger exchange_rates_keep_update before update on exchange_rates
begin select raise(abort, 'exchange_rates are append-only'); end;

create trigger exchange_rates_keep_delete before delete on exchange_rates
begin select raise(abort, 'exchange_rates are append-only'); end;

create trigger exchanges_keep_update before update on exchanges
begin select raise(abort, 'exchanges are append-only'); end;

create trigger exchanges_keep_delete before delete on exchanges
begin select raise(abort, 'exchanges are append-only'); end;
