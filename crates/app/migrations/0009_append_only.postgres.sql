-- What a history says stays said.

create trigger channel_history_keep before update or delete or truncate on channel_history
for each statement execute function refuse_change();

create trigger standing_history_keep before update or delete or truncate on standing_history
for each statement execute function refuse_change();
