-- Counts the changes of what is sold. Whoever makes offers from templates counts first, so that
-- on every engine two of them come one after the other and the later one sees the earlier.

insert into counters (name, next_no) values ('offers', 0);

