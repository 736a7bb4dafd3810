-- Blobs call licences by their numbers, and keys by their codes: they never change.

create trigger licences_keep_names before update of status_index, code on licences
for each statement execute function refuse_change();
