-- Where a subscriber is taxed, as they said it; null where they didn't, as in earlier builds: then
-- the store's own tax counts.
alter table subscriptions add column tax_country text;

-- A statement that ends a pair's exchange repeats the figures that counted, and says so.
alter table exchange_rates add column ended {int} not null default 0 check (ended in (0, 1));

-- What somebody has bought is listed by who bought it, the latest first.
create index licences_by_buyer on licences (buyer_id, id);
