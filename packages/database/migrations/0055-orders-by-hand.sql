-- Orders that people make: by form, by file, through the API. They are orders of a connection of their own that is no platform:
-- nothing is read from it, nothing written to it, and nobody works it under a lease.

alter table connection alter column secret_id drop not null;
alter table connection add constraint connection_has_secret check (secret_id is not null or connector = 'by-hand');
create unique index connection_by_hand on connection (organization_id) where connector = 'by-hand';

-- What a person said of an order beside what any order has. Who it is for is personal data: see `order_recipient`.
create table hand_order (
  organization_id uuid not null,
  order_id uuid not null,
  kind text not null check (kind in ('manual', 'b2b', 'sample', 'point-of-sale')),
  -- Numbers given by the hub itself go on from the greatest.
  sequence bigint not null,
  -- Of what was asked for under its key: the same key with something else is refused.
  request_digest text not null,
  -- Sent from there and nowhere else; null: by the rules.
  location_id uuid,
  -- The customer's own number of it.
  reference text check (reference <> '' and length(reference) <= 200),
  note text check (note <> '' and length(note) <= 1000),
  created_by text not null check (created_by <> ''),
  created_at timestamptz not null,
  primary key (organization_id, order_id),
  unique (organization_id, sequence),
  foreign key (organization_id, order_id) references sales_order,
  foreign key (organization_id, location_id) references location
);

-- A pre-order: nothing of the line is sent before then.
alter table order_line add column waits_until timestamptz;
