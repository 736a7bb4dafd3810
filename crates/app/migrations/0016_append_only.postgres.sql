-- Rules, destinations, terms, files and the history of payouts are only ever added to.

create trigger payout_rules_keep before update or delete or truncate on payout_rules
for each statement execute function refuse_change();

create trigger payout_destinations_keep before update or delete or truncate on payout_destinations
for each statement execute function refuse_change();

create trigger payout_terms_keep before update or delete or truncate on payout_terms
for each statement execute function refuse_change();

create trigger payout_batches_keep before update or delete or truncate on payout_batches
for each statement execute function refuse_change();

create trigger payout_events_keep before update or delete or truncate on payout_events
for each statement execute function refuse_change();
