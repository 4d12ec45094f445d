-- Serial numbers on documents. Which units a transfer has on its way, so that it takes in its own and no other's; and
-- which units a stock count expected and found. Where a unit is, its row in `serial` says alone: in transit it is at the
-- transfer's transit location.

create table transfer_serial (
  organization_id uuid not null,
  transfer_id uuid not null,
  line int not null,
  serial text not null check (serial = btrim(serial) and serial <> '' and length(serial) <= 100),
  -- `damaged`: received, and held where it arrived.
  state text not null check (state in ('in-transit', 'received', 'damaged', 'lost', 'returned')),
  primary key (organization_id, transfer_id, line, serial),
  foreign key (organization_id, transfer_id, line) references transfer_line
);

-- Round 0 is what the ledger said when the sheet was made; the others are what was found. A row is never changed.
create table stock_count_serial (
  organization_id uuid not null,
  count_id uuid not null,
  line int not null,
  round int not null check (round >= 0),
  serial text not null check (serial = btrim(serial) and serial <> '' and length(serial) <= 100),
  primary key (organization_id, count_id, line, round, serial),
  foreign key (organization_id, count_id, line) references stock_count_line
);

-- What a posted count has found and missed.
create index serial_event_of_count on serial_event (organization_id, reference_id)
  where reference_kind = 'stock-count';

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke delete, truncate on transfer_serial from plimsoll_runtime;
    revoke update, delete, truncate on stock_count_serial from plimsoll_runtime;
  end if;
end
$$;
