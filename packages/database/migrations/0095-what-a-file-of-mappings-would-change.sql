-- What a file of mappings would change, listing by listing, for a person to see before it is applied: what each is tied to
-- before and after, what its number would become, and what it would be in conflict with. Goes with its import. Owned by `apps/hub`.
create table import_mapping (
  organization_id uuid not null,
  import_id uuid not null,
  row_number bigint not null,
  listing_id uuid not null,
  item_before uuid,
  units_before bigint not null check (units_before >= 1),
  ignored_before text,
  item_after uuid,
  units_after bigint not null check (units_after >= 1),
  ignored_after text,
  -- Null: not known what it shows; null: not written, or not worked out (then `foreseen` is false).
  shows bigint check (shows >= 0),
  will_show bigint check (will_show >= 0),
  estimated boolean not null default false,
  foreseen boolean not null default false,
  -- [{"kind": "shared-level", "other": "…"}]: as they would be afterwards.
  conflicts jsonb not null default '[]' check (jsonb_typeof(conflicts) = 'array'),
  primary key (organization_id, import_id, row_number),
  foreign key (organization_id, import_id) references import_job on delete cascade
);
select raise_wall('import_mapping');
