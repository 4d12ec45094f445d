-- The catalogue: what an item is called, grouped under, counted in, scanned by and described with.
--
-- Stock stays in base units, so nothing here changes a balance. What changes on an item is noted in `item_change`, since
-- a factor that is changed later would otherwise leave nobody able to say what "12 cases" meant in spring.
--
-- Whoever writes here holds the organization's row (`for no key update`): what two items may not share (a barcode, the
-- options of a variant) is then decided by looking, and refused per row instead of failing a whole file.

create table product (
  organization_id uuid not null references organization,
  product_id uuid not null,
  code text not null check (code <> '' and length(code) <= 200),
  name text not null check (name <> ''),
  names jsonb not null check (jsonb_typeof(names) = 'object'),
  option_names jsonb not null check (jsonb_typeof(option_names) = 'array'),
  version bigint not null,
  created_at timestamptz not null,
  primary key (organization_id, product_id),
  unique (organization_id, code)
);

alter table item
  add column names jsonb not null default '{}' check (jsonb_typeof(names) = 'object'),
  add column tracking text not null default 'plain' check (tracking in ('plain', 'lot', 'serial')),
  add column kit_kind text not null default 'none' check (kit_kind in ('none', 'virtual', 'assembled')),
  add column custom jsonb not null default '{}' check (jsonb_typeof(custom) = 'object'),
  add column base_unit text not null default 'each' check (base_unit <> '' and length(base_unit) <= 30),
  add column product_id uuid,
  add column options jsonb not null default '{}' check (jsonb_typeof(options) = 'object'),
  add column version bigint not null default 1,
  add foreign key (organization_id, product_id) references product,
  add check (product_id is not null or options = '{}');
create index item_of_product on item (organization_id, product_id) where product_id is not null;
-- Two variants of one product differ in some option. Of a digest: ten long options would not fit into an index row.
create unique index item_is_a_variant on item (organization_id, product_id, md5(options::text))
  where product_id is not null and options <> '{}' and archived_at is null;

create table unit_of_measure (
  organization_id uuid not null,
  item_id uuid not null,
  code text not null check (code <> '' and length(code) <= 30),
  -- Base units in one of it.
  factor bigint not null check (factor > 1 and factor <= 9007199254740991),
  rounding text not null check (rounding in ('refuse', 'down', 'up', 'nearest')),
  primary key (organization_id, item_id, code),
  foreign key (organization_id, item_id) references item
);

-- `comparable` is what two barcodes are compared by: a GTIN of any length as its 14 digits, else the text itself.
create table barcode (
  organization_id uuid not null,
  comparable text not null check (comparable <> '' and length(comparable) <= 100),
  item_id uuid not null,
  barcode text not null,
  kind text not null check (kind in ('gtin', 'text')),
  -- Null is the base unit.
  unit_code text,
  position int not null,
  primary key (organization_id, comparable),
  foreign key (organization_id, item_id) references item,
  foreign key (organization_id, item_id, unit_code) references unit_of_measure
);
create index barcode_of_item on barcode (organization_id, item_id, position);

create table custom_field (
  organization_id uuid not null references organization,
  key text not null check (key ~ '^[a-z][A-Za-z0-9_]{0,49}$'),
  type text not null check (type in ('string', 'number', 'boolean')),
  name text not null check (name <> ''),
  created_at timestamptz not null,
  primary key (organization_id, key)
);

create table item_change (
  organization_id uuid not null,
  item_id uuid not null,
  change_id uuid not null,
  -- The field that changed, or 'created'.
  what text not null,
  before jsonb,
  after jsonb,
  actor text not null,
  changed_at timestamptz not null,
  primary key (organization_id, item_id, change_id)
);

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke update, delete, truncate on item_change from plimsoll_runtime;
  end if;
end
$$;
