
create trigger use_blobs_keep_delete before delete on use_blobs
when old.commit_no > (select dropped_no from meter_mark where one = 1)
begin select raise(abort, 'use_blobs are kept until meter_mark says that they were dropped'); end;
