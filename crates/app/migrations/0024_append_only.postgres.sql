-- What the log has said stays. A tile may only grow, and keeps what it had.

create trigger log_leaves_keep before update or delete or truncate on log_leaves
for each statement execute function refuse_change();

create trigger log_checkpoints_keep before update or delete or truncate on log_checkpoints
for each statement execute function refuse_change();

create trigger licence_leaves_keep before update or delete or truncate on licence_leaves
for each statement execute function refuse_change();

create trigger use_leaves_keep before update or delete or truncate on use_leaves
for each statement execute function refuse_change();

create trigger statement_leaves_keep before update or delete or truncate on statement_leaves
for each statement execute function refuse_change();

create trigger statement_leaf_hashes_keep before update or delete or truncate on statement_leaf_hashes
for each statement execute function refuse_change();

create trigger log_tiles_keep before delete or truncate on log_tiles
for each statement execute function refuse_change();

create trigger log_tiles_keep_row before update on log_tiles
for each row when (new.path <> old.path or new.width <= old.width
    or substring(new.bytes from 1 for length(old.bytes)) <> old.bytes)
execute function refuse_change();

create trigger log_end_keep before delete or truncate on log_end
for each statement execute function refuse_change();

create trigger log_end_keep_row before update on log_end
for each row when (new.size < old.size or new.caught_up < old.caught_up)
execute function refuse_change();
