-- What a history says stays said.

create trigger channel_history_keep_update before update on channel_history
begin select raise(abort, 'channel_history are append-only'); end;

create trigger channel_history_keep_delete before delete on channel_history
begin select raise(abort, 'channel_history are append-only'); end;

create trigger standing_history_keep_update before update on standing_history
begin select raise(abort, 'standing_history are append-only'); end;

create trigger standing_history_keep_delete before delete on standing_history
begin select raise(abort, 'standing_history are append-only'); end;
