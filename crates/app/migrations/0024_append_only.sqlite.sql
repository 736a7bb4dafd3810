-- What the log has said stays. A tile may only grow, and keeps what it had.

create trigger log_leaves_keep_update before update on log_leaves
begin select raise(abort, 'log_leaves are append-only'); end;

create trigger log_leaves_keep_delete before delete on log_leaves
begin select raise(abort, 'log_leaves are append-only'); end;

create trigger log_checkpoints_keep_update before update on log_checkpoints
begin select raise(abort, 'log_checkpoints are append-only'); end;

create trigger log_checkpoints_keep_delete before delete on log_checkpoints
begin select raise(abort, 'log_checkpoints are append-only'); end;

create trigger licence_leaves_keep_update before update on licence_leaves
begin select raise(abort, 'licence_leaves are append-only'); end;

create trigger licence_leaves_keep_delete before delete on licence_leaves
begin select raise(abort, 'licence_leaves are append-only'); end;

create trigger use_leaves_keep_update before update on use_leaves
begin select raise(abort, 'use_leaves are append-only'); end;

create trigger use_leaves_keep_delete before delete on use_leaves
begin select raise(abort, 'use_leaves are append-only'); end;

create trigger statement_leaves_keep_update before update on statement_leaves
begin select raise(abort, 'statement_leaves are append-only'); end;

create trigger statement_leaves_keep_delete before delete on statement_leaves
begin select raise(abort, 'statement_leaves are append-only'); end;

create trigger statement_leaf_hashes_keep_update before update on statement_leaf_hashes
begin select raise(abort, 'statement_leaf_hashes are append-only'); end;

create trigger statement_leaf_hashes_keep_delete before delete on statement_leaf_hashes
begin select raise(abort, 'statement_leaf_hashes are append-only'); end;

create trigger log_tiles_keep_update before update on log_tiles
when new.path <> old.path or new.width <= old.width
  or substr(new.bytes, 1, length(old.bytes)) <> old.bytes
begin select raise(abort, 'log_tiles are append-only'); end;

create trigger log_tiles_keep_delete before delete on log_tiles
begin select raise(abort, 'log_tiles are append-only'); end;

create trigger log_end_keep_update before update on log_end
when new.size < old.size or new.caught_up < old.caught_up
begin select raise(abort, 'log_end is append-only'); end;

create trigger log_end_keep_delete before delete on log_end
begin select raise(abort, 'log_end is append-only'); end;
