-- Up to which commit raw reports may be dropped, by the operator's policy: from here on nobody reads
-- their blobs, and only theirs can be deleted.

alter table meter_mark add column dropped_no {int} not null default 0
    check (dropped_no >= 0 and dropped_no <= settled_no);
