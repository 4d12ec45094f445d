-- Files that came from or went to the other side of a connection: what a warehouse without an API says is what its files say.
-- Written once; only that one was delivered or accepted is noted later.

create table connection_file (
  organization_id uuid not null,
  connection_id uuid not null,
  -- Grows with every file.
  position bigint not null generated always as identity,
  direction text not null check (direction in ('in', 'out')),
  -- What it is about: levels.
  feed text not null check (length(feed) between 1 and 100),
  name text not null check (length(name) between 1 and 500),
  -- Where it stands among the others of its feed, as the other side meant it; empty: as it came.
  sequence text not null check (length(sequence) <= 500),
  -- SHA-256 of the content.
  digest text not null check (length(digest) = 64),
  bytes bigint not null check (bytes >= 0),
  -- Sealed: personal data is in it.
  key_name text not null,
  sealed bytea not null,
  said_at timestamptz,
  kept_at timestamptz not null,
  delivered_at timestamptz,
  accepted_at timestamptz,
  primary key (organization_id, connection_id, position),
  foreign key (organization_id, connection_id) references connection
);
-- The same content at the same place in its feed is the same file; an outgoing one is known by its name.
create unique index connection_file_in on connection_file (organization_id, connection_id, feed, digest, sequence)
  where direction = 'in';
create unique index connection_file_out on connection_file (organization_id, connection_id, name) where direction = 'out';
create index connection_file_kept on connection_file (organization_id, connection_id, kept_at);
