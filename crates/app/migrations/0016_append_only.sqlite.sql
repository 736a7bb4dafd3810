-- Rules, destinations, terms, files and the history of payouts are only ever added to.

create trigger payout_rules_keep_update before update on payout_rules
begin select raise(abort, 'payout_rules are append-only'); end;

create trigger payout_rules_keep_delete before delete on payout_rules
begin select raise(abort, 'payout_rules are append-only'); end;

create trigger payout_destinations_keep_update before update on payout_destinations
begin select raise(abort, 'payout_destinations are append-only'); end;

create trigger payout_destinations_keep_delete before delete on payout_destinations
begin select raise(abort, 'payout_destinations are append-only'); end;

create trigger payout_terms_keep_update before update on payout_terms
begin select raise(abort, 'payout_terms are append-only'); end;

create trigger payout_terms_keep_delete before delete on payout_terms
begin select raise(abort, 'payout_terms are append-only'); end;

create trigger payout_batches_keep_update before update on payout_batches
begin select raise(abort, 'payout_batches are append-only'); end;

create trigger payout_batches_keep_delete before delete on payout_batches
begin select raise(abort, 'payout_batches are append-only'); end;

create trigger payout_events_keep_update before update on payout_events
begin select raise(abort, 'payout_events are append-only'); end;

create trigger payout_events_keep_delete before delete on payout_events
begin select raise(abort, 'payout_events are append-only'); end;
