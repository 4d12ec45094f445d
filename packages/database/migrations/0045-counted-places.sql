-- Places that a platform keeps and counts itself (FBA, WFS): which of our locations stands for each, and what the platform
-- last said of it.

create table counted_place (
  organization_id uuid not null,
  connection_id uuid not null,
  external_id text not null,
  location_id uuid not null,
  tied_at timestamptz not null,
  -- Complete reads that were booked.
  reads bigint not null check (reads >= 0),
  -- When the last of them began.
  read_at timestamptz,
  primary key (organization_id, connection_id, external_id),
  unique (organization_id, location_id),
  foreign key (organization_id, connection_id, external_id) references external_location,
  foreign key (organization_id, location_id) references location
);

create table counted_stock (
  organization_id uuid not null,
  connection_id uuid not null,
  external_id text not null,
  stock_unit_id text not null,
  -- In the platform's units. A stock unit that it does not name any more keeps what it said last.
  available bigint not null,
  held bigint not null,
  incoming bigint not null,
  -- When that was true.
  counted_at timestamptz not null,
  read_at timestamptz not null,
  -- The item that it was booked for.
  booked_item_id uuid,
  -- Why it is not in the ledger: unmapped, kit, tracked, refused; short: it is, and more is reserved there than is left.
  problem_code text check (problem_code in ('unmapped', 'kit', 'tracked', 'refused', 'short')),
  problem text,
  primary key (organization_id, connection_id, external_id, stock_unit_id),
  foreign key (organization_id, connection_id, external_id) references counted_place on delete cascade
);
