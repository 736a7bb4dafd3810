
-- A licence may be free: it has no payment and costs nothing. A column of SQLite that others refer
-- to can't be loosened in place, and its table can't be made anew while others refer to it: the
-- column itself is replaced.
alter table licences add column paid_by blob references payments (id);
update licences set paid_by = payment_id;
alter table licences drop column payment_id;
alter table licences rename column paid_by to payment_id;

alter table licences add column priced integer not null default 0 check (priced >= 0);
update licences set priced = price_micros;
alter table licences drop column price_micros;
alter table licences rename column priced to price_micros;

alter table offers add column priced integer not null default 0 check (priced >= 0);
update offers set priced = price_micros;
alter table offers drop column price_micros;
alter table offers rename column priced to price_micros;

create trigger tax_rates_keep_update before update on tax_rates
begin select raise(abort, 'tax_rates are append-only'); end;

create trigger tax_rates_keep_delete before delete on tax_rates
begin select raise(abort, 'tax_rates are append-only'); end;

create trigger currency_prices_keep_update before update on currency_prices
begin select raise(abort, 'currency_prices are append-only'); end;

create trigger currency_prices_keep_delete before delete on currency_prices
begin select raise(abort, 'currency_prices are append-only'); end;

create trigger promo_uses_keep_update before update on promo_uses
begin select raise(abort, 'promo_uses are append-only'); end;

create trigger promo_uses_keep_delete before delete on promo_uses
begin select raise(abort, 'promo_uses are append-only'); end;
