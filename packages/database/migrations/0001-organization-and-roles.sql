-- Organizations, sealed secrets, and the role that the hub works under.
-- `plimsoll_runtime` owns nothing: it may write rows but neither change a movement nor touch a balance.
-- Where the given user may not create roles, the triggers of 0002 alone hold the ledger's promises.

do $$
begin
  create role plimsoll_runtime nologin;
exception
  when duplicate_object or unique_violation or insufficient_privilege then null;
end
$$;

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    execute format('grant plimsoll_runtime to %I', current_user);
    grant usage on schema public to plimsoll_runtime;
    alter default privileges in schema public
      grant select, insert, update, delete on tables to plimsoll_runtime;
  end if;
exception
  when insufficient_privilege or invalid_grant_operation then null;
end
$$;

create table organization (
  organization_id uuid primary key,
  name text not null check (name <> ''),
  created_at timestamptz not null
);

-- `sealed` is nonce, ciphertext and tag of AES-256-GCM; the key is never in the database.
create table secret (
  organization_id uuid not null references organization,
  secret_id uuid not null,
  key_name text not null,
  sealed bytea not null,
  created_at timestamptz not null,
  primary key (organization_id, secret_id)
);
