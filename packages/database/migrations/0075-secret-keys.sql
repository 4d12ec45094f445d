-- Secret keys by name, so that the one that seals can be replaced while the hub runs. The keys themselves are never here.

create table identity.sealing_key (
  name text primary key,
  -- From then on nothing may be sealed by it: see the trigger below.
  closed_at timestamptz,
  -- Nothing was sealed by it any more.
  retired_at timestamptz,
  check (retired_at is null or closed_at is not null)
);

-- What running processes say of the keys that they have: nobody may seal by a key that another could not open.
create table identity.key_holder (
  holder_id uuid primary key,
  -- As people know it: host and process.
  name text not null,
  seals text not null,
  opens text[] not null,
  seen_at timestamptz not null
);

insert into identity.sealing_key (name)
select key_name from secret
union select key_name from access_token where key_name is not null
union select key_name from connection_grant
union select key_name from order_recipient
union select key_name from connection_file
union select key_name from import_piece where key_name is not null
union select key_name from invitation
union select key_name from identity.mail
union select key_name from identity.setting where key_name is not null;

-- The share lock makes whoever closes a key wait for all that was sealed by it and is not committed yet, and makes what is
-- sealed later see that it is closed, whatever its transaction saw before.
create function identity.sealed_by_living_key() returns trigger language plpgsql as $$
declare
  closed timestamptz;
begin
  if new.key_name is null then
    return new;
  end if;
  select closed_at into closed from identity.sealing_key where name = new.key_name for share;
  if not found then
    insert into identity.sealing_key (name) values (new.key_name) on conflict do nothing;
    select closed_at into closed from identity.sealing_key where name = new.key_name for share;
  end if;
  if closed is not null then
    raise exception 'nothing may be sealed by the secret key % any more; start this process again with the new one', new.key_name
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;

create trigger sealed_by_living_key before insert or update of key_name, sealed on secret
  for each row execute function identity.sealed_by_living_key();
create trigger sealed_by_living_key before insert or update of key_name, sealed on access_token
  for each row execute function identity.sealed_by_living_key();
create trigger sealed_by_living_key before insert or update of key_name, sealed on connection_grant
  for each row execute function identity.sealed_by_living_key();
create trigger sealed_by_living_key before insert or update of key_name, sealed on order_recipient
  for each row execute function identity.sealed_by_living_key();
create trigger sealed_by_living_key before insert or update of key_name, sealed on connection_file
  for each row execute function identity.sealed_by_living_key();
create trigger sealed_by_living_key before insert or update of key_name, sealed on import_piece
  for each row execute function identity.sealed_by_living_key();
create trigger sealed_by_living_key before insert or update of key_name, sealed_email on invitation
  for each row execute function identity.sealed_by_living_key();
create trigger sealed_by_living_key before insert or update of key_name, sealed on identity.mail
  for each row execute function identity.sealed_by_living_key();
create trigger sealed_by_living_key before insert or update of key_name, sealed on identity.setting
  for each row execute function identity.sealed_by_living_key();
