-- Importing what a connection sells is a job: a draft has no lease yet, so whoever is at it holds the job itself for a while.
alter table sync_job drop constraint sync_job_kind_check;
alter table sync_job add constraint sync_job_kind_check check (kind in ('backfill', 'audit', 'sync-now', 'import'));
alter table sync_job add column held_by uuid;
alter table sync_job add column held_until timestamptz;
alter table sync_job add constraint sync_job_held check ((held_by is null) = (held_until is null) and (held_by is null or kind = 'import'));
-- The same import asked for twice at once is one.
create unique index sync_job_one_import on sync_job (organization_id, connection_id)
  where kind = 'import' and state in ('waiting', 'running');
create index sync_job_imports_open on sync_job (organization_id, created_at)
  where kind = 'import' and state in ('waiting', 'running');

-- What a person named of a screen: its filters, order and columns, as the screen's address holds them.
create table saved_view (
  organization_id uuid not null references organization,
  view_id uuid not null,
  screen text not null check (screen in ('items', 'listings', 'orders', 'parked', 'tasks')),
  name text not null check (name <> '' and char_length(name) <= 80),
  -- Who made it; a private one is there for nobody else.
  owner text not null check (owner <> ''),
  shared boolean not null,
  search jsonb not null check (jsonb_typeof(search) = 'object'),
  made_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (organization_id, view_id)
);
-- One list for each who looks: shared names are one by one, private ones by person.
create unique index saved_view_shared_name on saved_view (organization_id, screen, lower(name)) where shared;
create unique index saved_view_private_name on saved_view (organization_id, screen, owner, lower(name)) where not shared;
