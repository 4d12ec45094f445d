-- What belongs to the hub as a whole and to no organization: people and how they log in (0060), and the letters that wait to be
-- sent. A schema of its own: each table of `public` has rows of organizations, and every key there begins with one.

create schema identity;

-- A letter lies here until it is sent, and a while longer. Where no mail server is set, this is where it is read.
create table identity.mail (
  mail_id uuid primary key,
  -- Null: of the hub itself, such as a link that resets a password.
  organization_id uuid references organization,
  -- To whom, subject and text, sealed: addresses are personal data, and links in letters let people in.
  key_name text not null,
  sealed bytea not null,
  state text not null check (state in ('waiting', 'sent', 'failed')),
  attempts int not null default 0 check (attempts >= 0),
  next_attempt_at timestamptz not null,
  problem text,
  created_at timestamptz not null,
  sent_at timestamptz,
  check ((state = 'sent') = (sent_at is not null))
);
create index mail_waiting on identity.mail (next_attempt_at) where state = 'waiting';
create index mail_of_organization on identity.mail (organization_id, created_at);

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    grant usage on schema identity to plimsoll_runtime;
    grant select, insert, update, delete on all tables in schema identity to plimsoll_runtime;
    alter default privileges in schema identity grant select, insert, update, delete on tables to plimsoll_runtime;
  end if;
end
$$;
