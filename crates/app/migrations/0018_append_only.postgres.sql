-- What was once written here stays.

create trigger bundle_cuts_keep before update or delete or truncate on bundle_cuts
for each statement execute function refuse_change();

create trigger rest_refunds_keep before update or delete or truncate on rest_refunds
for each statement execute function refuse_change();

create trigger wallet_spends_keep before update or delete or truncate on wallet_spends
for each statement execute function refuse_change();

create trigger wallet_refunds_keep before update or delete or truncate on wallet_refunds
for each statement execute function refuse_change();

create trigger exchange_rates_keep before update or delete or truncate on exchange_rates
for each statement execute function refuse_change();

create trigger exchanges_keep before update or delete or truncate on exchanges
for each statement execute function refuse_change();
