-- Which licences list a channel, or ever listed it: so a use that names a channel in place of a
-- licence finds them. What was listed when stands in the history.

create table channel_licences (
    -- The one form of its address.
    address    text not null,
    licence_id {bytes} not null references licences (id),
    primary key (address, licence_id)
){strict};
