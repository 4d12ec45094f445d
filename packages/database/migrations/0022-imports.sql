-- Imports of files. The file itself is kept in pieces, so that any process on any machine can go on with it; of its
-- rows only those with problems become rows here. A job is worked by who holds it (`held_until`, `fencing`), and
-- `done_row` moves in the transactions that apply rows: stopped anywhere, it goes on where it was.

create table import_job (
  organization_id uuid not null references organization,
  import_id uuid not null,
  what text not null check (what <> ''),
  -- Under one name nothing is received twice.
  name text not null check (name <> '' and length(name) <= 200),
  file_name text not null,
  sheet text,
  format text check (format in ('csv', 'xlsx')),
  encoding text,
  bytes bigint not null check (bytes >= 0),
  -- What makes it the same import: what, name, sheet and content. Null while the file is still coming in.
  identity text,
  digest text,
  state text not null check (state in ('uploading', 'uploaded', 'unreadable', 'checked', 'applying', 'halted', 'done')),
  mode text check (mode in ('all-or-nothing', 'good-rows')),
  actor text not null,
  rows_total bigint not null check (rows_total >= 0),
  rows_bad bigint not null check (rows_bad >= 0),
  warnings bigint not null check (warnings >= 0),
  -- There are more problems than are kept, and rows that were not looked at.
  is_cut boolean not null,
  -- Items that would have nothing left at a location, of how many that have some.
  zeroed bigint not null check (zeroed >= 0),
  stocked bigint not null check (stocked >= 0),
  preview jsonb,
  failure jsonb,
  rows_passed bigint not null check (rows_passed >= 0),
  done_row bigint not null check (done_row >= 0),
  applied bigint not null check (applied >= 0),
  unchanged bigint not null check (unchanged >= 0),
  skipped bigint not null check (skipped >= 0),
  units bigint not null,
  fencing bigint not null,
  held_until timestamptz,
  created_at timestamptz not null,
  checked_at timestamptz,
  finished_at timestamptz,
  primary key (organization_id, import_id),
  check (identity is not null or state = 'uploading'),
  check (mode is not null or state not in ('applying', 'halted', 'done'))
);
create unique index import_job_identity on import_job (organization_id, identity);
create index import_job_open on import_job (organization_id, created_at)
  where state in ('uploading', 'uploaded', 'applying');

create table import_piece (
  organization_id uuid not null,
  import_id uuid not null,
  ordinal int not null,
  content bytea not null,
  primary key (organization_id, import_id, ordinal),
  foreign key (organization_id, import_id) references import_job on delete cascade
);

create table import_problem (
  organization_id uuid not null,
  import_id uuid not null,
  row_number bigint not null,
  problem_id uuid not null,
  level text not null check (level in ('error', 'warning')),
  code text not null,
  column_name text,
  value text,
  message text not null,
  cure text not null,
  primary key (organization_id, import_id, row_number, problem_id),
  foreign key (organization_id, import_id) references import_job on delete cascade
);
