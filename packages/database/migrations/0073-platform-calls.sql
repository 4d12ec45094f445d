-- The last calls between a connection and its platform, masked before they come here: what was asked and answered, when,
-- and for what. A ring: the oldest go as new ones come. Nothing refers to it, and nothing is lost with it.
create table platform_call (
  organization_id uuid not null,
  connection_id uuid not null,
  at timestamptz not null,
  call_id uuid not null,
  -- `in`: a webhook.
  direction text not null check (direction in ('out', 'in')),
  operation text not null,
  method text not null,
  -- Without scheme; values of the query masked.
  address text not null,
  status int,
  -- Class of the failure where no answer came.
  error text,
  -- False: it surely never left.
  sent boolean not null,
  failed boolean not null,
  waited_ms int not null check (waited_ms >= 0),
  duration_ms int not null check (duration_ms >= 0),
  purpose text,
  request_bytes bigint not null check (request_bytes >= 0),
  response_bytes bigint not null check (response_bytes >= 0),
  platform_request_id text,
  -- `write:ID`, `order:EXTERNAL_ID`, `shipment:ID`, `event:KEY`: looked for within one connection, whose calls are few.
  about jsonb not null default '[]' check (jsonb_typeof(about) = 'array'),
  -- Headers and bodies, masked.
  detail jsonb not null,
  primary key (organization_id, connection_id, at, call_id)
);

-- What is kept of a connection's calls; no row: all of them, 2,000, for three days.
create table call_log_setting (
  organization_id uuid not null,
  connection_id uuid not null,
  mode text not null default 'all' check (mode in ('all', 'failures', 'off')),
  calls_max int not null default 2000 check (calls_max between 100 and 50000),
  hours_max int not null default 72 check (hours_max between 1 and 720),
  -- Calls that were made and not kept: more came than are written down in a second.
  dropped bigint not null default 0 check (dropped >= 0),
  dropped_at timestamptz,
  changed_by text,
  changed_at timestamptz,
  primary key (organization_id, connection_id),
  foreign key (organization_id, connection_id) references connection (organization_id, connection_id)
);
