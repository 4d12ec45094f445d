-- Of an errand that was refused or given up, whether a call that nobody knows the outcome of was made before: then its platform
-- may have it all the same. Owned by `packages/sync`.

alter table errand add column in_doubt boolean not null default false;
-- Of those that ended before this was kept, more than one call says that the first was in doubt.
update errand set in_doubt = true where state in ('refused', 'dropped') and attempts > 1;
