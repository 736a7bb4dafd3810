-- The status list as it was last signed: handed out while nobody can sign another.
create table status_list (
    id        {int} not null primary key check (id = 1),
    token     text not null,
    signed_ms {int} not null,
    ends_ms   {int} not null
){strict};
