-- Letters are delivered by the store itself: how often one was tried, when it is tried next, what
-- went wrong last, and since when it isn't tried any more.
alter table mails add column tries {int} not null default 0;
alter table mails add column next_ms {int} not null default 0;
alter table mails add column trouble text;
alter table mails add column given_up_ms {int};

create index mails_due on mails (sent_ms, given_up_ms, next_ms);
