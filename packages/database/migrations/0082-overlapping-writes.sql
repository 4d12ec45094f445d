-- True where another write to the same level was under way when this one was sent: nobody can say which of the two acted
-- last, not even once both are answered.
alter table write add column overlapping boolean not null default false;
update write set overlapping = true where settled_at is null;
