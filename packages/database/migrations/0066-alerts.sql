-- Alerts: what is not as it should be, by rules that people set, and to whom it is told. Owned by `packages/sync`.
--
-- An alert is `pending` (opened_at null) until it has lasted as long as its rule asks, then open, and resolved once its cause has
-- been gone for as long as the rule asks. Which alerts there are follows from the rest of the database and can be found again;
-- what was told to whom is only here.

create table alert_destination (
  organization_id uuid not null references organization,
  destination_id uuid not null,
  name text not null check (length(name) between 1 and 100),
  kind text not null check (kind in ('email', 'webhook', 'slack', 'teams', 'feishu', 'dingtalk', 'wecom')),
  -- The address, and the secret that messages are signed with, sealed: whoever has them can write there.
  secret_id uuid not null,
  -- What of it people may see.
  shown text not null,
  language text not null check (language in ('en', 'zh')),
  -- No more messages in any hour: what comes beyond them waits and is told together.
  messages_per_hour int not null check (messages_per_hour between 1 and 240),
  is_on boolean not null default true,
  failures int not null default 0 check (failures >= 0),
  problem text,
  problem_since timestamptz,
  next_try_at timestamptz,
  last_sent_at timestamptz,
  -- Who sends to it holds it until then; the number guards what they write.
  held_until timestamptz,
  fencing bigint not null default 0,
  created_at timestamptz not null,
  changed_by text not null,
  primary key (organization_id, destination_id),
  foreign key (organization_id, secret_id) references secret (organization_id, secret_id),
  check ((problem is null) = (problem_since is null))
);
create unique index alert_destination_name on alert_destination (organization_id, lower(name));

create table alert_rule (
  organization_id uuid not null references organization,
  rule_id uuid not null,
  name text not null check (length(name) between 1 and 100),
  kind text not null,
  severity text not null check (severity in ('info', 'warning', 'critical')),
  -- Thresholds, by kind; `rule.ts` says which.
  parameters jsonb not null check (jsonb_typeof(parameters) = 'object'),
  item_id uuid,
  location_id uuid,
  connection_id uuid,
  opens_after_seconds int not null check (opens_after_seconds between 0 and 604800),
  clears_after_seconds int not null check (clears_after_seconds between 0 and 604800),
  timing text not null check (timing in ('at-once', 'hourly', 'daily')),
  daily_at_minute int not null check (daily_at_minute between 0 and 1439),
  time_zone text not null,
  quiet_from_minute int check (quiet_from_minute between 0 and 1439),
  quiet_until_minute int check (quiet_until_minute between 0 and 1439),
  tells_resolved boolean not null,
  destination_ids uuid[] not null,
  is_on boolean not null,
  -- All of it was looked at then; what changed since then may have been looked at until `changes_until`.
  swept_at timestamptz,
  changes_until timestamptz,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  changed_by text not null,
  primary key (organization_id, rule_id),
  foreign key (organization_id, item_id) references item,
  foreign key (organization_id, location_id) references location,
  foreign key (organization_id, connection_id) references connection,
  check ((quiet_from_minute is null) = (quiet_until_minute is null))
);

create table alert (
  organization_id uuid not null,
  alert_id uuid not null,
  rule_id uuid not null,
  -- What it is about, within its rule: an item at a location, a connection, …
  subject text not null,
  kind text not null,
  severity text not null check (severity in ('info', 'warning', 'critical')),
  value double precision,
  -- What its sentence is made of.
  facts jsonb not null,
  item_id uuid,
  since timestamptz not null,
  opened_at timestamptz,
  refreshed_at timestamptz not null,
  clear_since timestamptz,
  resolved_at timestamptz,
  resolved_because text check (resolved_because in ('cleared', 'rule')),
  snoozed_until timestamptz,
  snoozed_by text,
  acknowledged_at timestamptz,
  acknowledged_by text,
  acknowledged_until timestamptz,
  note text check (length(note) <= 500),
  reminders int not null default 0,
  primary key (organization_id, alert_id),
  foreign key (organization_id, rule_id) references alert_rule on delete cascade,
  check ((resolved_at is null) = (resolved_because is null)),
  check (resolved_at is null or opened_at is not null),
  check ((snoozed_until is null) = (snoozed_by is null)),
  check ((acknowledged_at is null) = (acknowledged_by is null))
);
create unique index alert_lasting on alert (organization_id, rule_id, subject) where resolved_at is null;
create index alert_of_item on alert (organization_id, rule_id, item_id) where resolved_at is null;
-- As the list of what is open is ordered.
create index alert_open on alert
  (organization_id, (case severity when 'critical' then 0 when 'warning' then 1 else 2 end), opened_at desc, alert_id)
  where resolved_at is null and opened_at is not null;
create index alert_unsettled on alert (organization_id, rule_id)
  where resolved_at is null and (opened_at is null or clear_since is not null);
create index alert_put_off on alert (organization_id)
  where resolved_at is null and (snoozed_until is not null or acknowledged_until is not null);
create index alert_history on alert (organization_id, resolved_at desc, alert_id) where resolved_at is not null;

-- What is told to a destination, once. Written in one transaction with what it tells.
create table alert_message (
  organization_id uuid not null,
  message_id uuid not null,
  destination_id uuid not null,
  -- As it was put together: it says the same however often it must be sent.
  content jsonb not null,
  alerts int not null,
  state text not null check (state in ('waiting', 'sent')),
  attempts int not null default 0,
  created_at timestamptz not null,
  sent_at timestamptz,
  primary key (organization_id, message_id),
  foreign key (organization_id, destination_id) references alert_destination on delete cascade,
  check ((state = 'sent') = (sent_at is not null))
);
create index alert_message_of on alert_message (organization_id, destination_id, created_at desc);
-- At most one at a time: what comes meanwhile goes into the next.
create unique index alert_message_waiting on alert_message (organization_id, destination_id)
  where state = 'waiting';

-- One state of one alert for one destination, in whichever message. The key is what keeps it single.
create table alert_delivery (
  organization_id uuid not null,
  destination_id uuid not null,
  alert_id uuid not null,
  -- `opened`, `resolved`, or `again-N`: still open as the Nth time that it was put off ended.
  event text not null,
  due_at timestamptz not null,
  message_id uuid,
  created_at timestamptz not null,
  primary key (organization_id, destination_id, alert_id, event),
  foreign key (organization_id, alert_id) references alert on delete cascade,
  foreign key (organization_id, destination_id) references alert_destination on delete cascade,
  foreign key (organization_id, message_id) references alert_message
);
create index alert_delivery_due on alert_delivery (organization_id, destination_id, due_at) where message_id is null;
create index alert_delivery_of_message on alert_delivery (organization_id, message_id) where message_id is not null;
create index alert_delivery_of_alert on alert_delivery (organization_id, alert_id);

-- Since when an organization has the rules that everybody begins with.
create table alert_clock (
  organization_id uuid not null primary key references organization,
  began_at timestamptz not null,
  tidied_at timestamptz
);
