-- What an application proves itself with before any account of it is connected: platforms ask an address whether it is ours
-- before they call it.

create table webhook_application (
  organization_id uuid not null,
  connector text not null,
  -- As it stands in the address: nobody can tell the credentials from it.
  application_key text not null,
  secret_id uuid not null,
  created_at timestamptz not null,
  primary key (organization_id, connector, application_key),
  foreign key (organization_id, secret_id) references secret
);
