
-- A licence may be free: it has no payment and costs nothing.
alter table licences alter column payment_id drop not null;
alter table licences drop constraint licences_price_micros_check;
alter table licences add constraint licences_price_micros_check check (price_micros >= 0);
alter table offers drop constraint offers_price_micros_check;
alter table offers add constraint offers_price_micros_check check (price_micros >= 0);

create trigger tax_rates_keep before update or delete or truncate on tax_rates
for each statement execute function refuse_change();

create trigger currency_prices_keep before update or delete or truncate on currency_prices
for each statement execute function refuse_change();

create trigger promo_uses_keep before update or delete or truncate on promo_uses
for each statement execute function refuse_change();
