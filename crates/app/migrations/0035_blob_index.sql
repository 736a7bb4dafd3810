-- Which blobs are of the last weeks is found from the end of the log: an index by time cost each commit a
-- page.

drop index use_blobs_by_time;
