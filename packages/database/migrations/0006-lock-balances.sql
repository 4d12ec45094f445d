-- How the runtime role locks balances that it may not write.
--
-- `select … for update` asks for the right to update one column at least. Granted on `version` alone;
-- an update of it is still refused by the trigger `balance_is_written_by_movements`.
--
-- Rows that are not there cannot be locked: two first counts of one item would both be taken against
-- nothing and add up. An insert into the view `balance_place` makes the missing rows, as zeros and
-- nothing else, so that "missing rows first, then lock in key order" holds for every writer.
--
-- `movement_posts_to_balance` runs with its owner's rights. Nobody may hang it on a table of their own,
-- and a temporary table named `balance` must not catch what is meant for the real one.

create view balance_place as
  select organization_id, item_id, location_id, lot_id, updated_at from balance;

create function balance_place_is_made() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into balance
    (organization_id, item_id, location_id, lot_id, on_hand, reserved, held, incoming, version, updated_at)
  values (new.organization_id, new.item_id, new.location_id, new.lot_id, 0, 0, 0, 0, 0, new.updated_at)
  on conflict do nothing;
  return new;
end
$$;
create trigger balance_place_is_made instead of insert on balance_place
  for each row execute function balance_place_is_made();

revoke execute on function balance_place_is_made(), movement_posts_to_balance() from public;
alter function movement_posts_to_balance() set search_path = pg_catalog, public, pg_temp;

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke all on balance_place from plimsoll_runtime;
    grant select, insert on balance_place to plimsoll_runtime;
    grant update (version) on balance to plimsoll_runtime;
  end if;
end
$$;
