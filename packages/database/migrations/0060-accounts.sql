-- People, how they log in (kept by better-auth, in the schema `identity`), and what they may do in which organization.

create table identity.person (
  id uuid primary key,
  name text not null,
  email text not null unique check (email = lower(email)),
  email_verified boolean not null,
  image text,
  -- The language of letters to them.
  language text not null default 'en' check (language in ('en', 'zh')),
  two_factor_enabled boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table identity.session (
  id uuid primary key,
  user_id uuid not null references identity.person on delete cascade,
  token text not null unique,
  ip_address text,
  user_agent text,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index session_of_person on identity.session (user_id);

-- A way in: a password, or an account at a provider of OpenID Connect.
create table identity.account (
  id uuid primary key,
  user_id uuid not null references identity.person on delete cascade,
  account_id text not null,
  provider_id text not null,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (provider_id, account_id)
);
create index account_of_person on identity.account (user_id);

create table identity.verification (
  id uuid primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index verification_identifier on identity.verification (identifier);

create table identity.two_factor (
  id uuid primary key,
  user_id uuid not null references identity.person on delete cascade,
  secret text not null,
  backup_codes text not null,
  verified boolean,
  failed_verification_count int,
  locked_until timestamptz
);
create index two_factor_of_person on identity.two_factor (user_id);

create table identity.passkey (
  id uuid primary key,
  user_id uuid not null references identity.person on delete cascade,
  name text,
  public_key text not null,
  credential_id text not null unique,
  counter bigint not null,
  device_type text not null,
  backed_up boolean not null,
  transports text,
  aaguid text,
  created_at timestamptz
);
create index passkey_of_person on identity.passkey (user_id);

create table identity.rate_limit (
  id uuid primary key,
  key text not null unique,
  count int not null,
  last_request bigint not null
);

-- What is set for the whole hub, such as single sign-on. Secrets among it are sealed.
create table identity.setting (
  name text primary key,
  key_name text,
  sealed bytea not null,
  changed_at timestamptz not null
);

-- `person_id` refers to identity.person: no foreign key, since those of `public` stay within an organization.
create table member (
  organization_id uuid not null references organization,
  person_id uuid not null,
  role text not null check (role in ('viewer', 'operator', 'admin', 'owner')),
  -- Null: no limit. Else ids of connections and codes of locations that they may change.
  limits jsonb,
  added_by text not null,
  created_at timestamptz not null,
  primary key (organization_id, person_id)
);
create index member_of_person on member (person_id);

create table invitation (
  organization_id uuid not null references organization,
  invitation_id uuid not null,
  -- The address, sealed; with the hash one is found again.
  key_name text not null,
  sealed_email bytea not null,
  email_hash bytea not null,
  role text not null check (role in ('viewer', 'operator', 'admin', 'owner')),
  limits jsonb,
  token_hash bytea not null,
  state text not null check (state in ('open', 'accepted', 'withdrawn')),
  invited_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (organization_id, invitation_id)
);
create unique index invitation_open on invitation (organization_id, email_hash) where state = 'open';
create index invitation_token on invitation (token_hash);

create table api_key (
  organization_id uuid not null references organization,
  key_id uuid not null,
  name text not null check (name <> ''),
  -- The first characters, by which people know it again.
  hint text not null,
  secret_hash bytea not null,
  role text not null check (role in ('viewer', 'operator', 'admin', 'owner')),
  scopes text[] not null,
  limits jsonb,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  primary key (organization_id, key_id)
);
create index api_key_secret on api_key (secret_hash);

-- Who did what. Append-only; what the ledger tells of movements is not repeated here.
create table audit_entry (
  organization_id uuid not null references organization,
  audit_id uuid not null,
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject text,
  detail jsonb,
  primary key (organization_id, audit_id)
);
create index audit_entry_actor on audit_entry (organization_id, actor, audit_id desc);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'audit entries are append-only' using errcode = 'restrict_violation';
end
$$;
create trigger audit_is_append_only before update or truncate on audit_entry
  for each statement execute function audit_is_append_only();
