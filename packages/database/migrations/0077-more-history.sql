-- Settings that were in the audit log alone, and not in the history that can be undone: rules and destinations of alerts, rules of
-- mappings, what is kept of calls, and how long personal data is kept. Nothing secret is among what is recorded: of a destination
-- neither its address nor what messages are signed with.

-- The rules that every hub begins with are nobody's doing. A rule is written all the time by who looks at it; only what
-- people set is looked at.
create trigger alert_rule_is_made after insert on alert_rule
  for each row when (new.changed_by <> 'Plimsoll')
  execute function setting_is_recorded('alert-rule', 'ruleId',
    'name,kind,parameters,severity,itemId,locationId,connectionId,opensAfterSeconds,clearsAfterSeconds,timing,dailyAtMinute,timeZone,quietFromMinute,quietUntilMinute,tellsResolved,destinationIds,isOn', 'changed_at');
create trigger alert_rule_is_recorded after update on alert_rule
  for each row when (old.changed_at is distinct from new.changed_at)
  execute function setting_is_recorded('alert-rule', 'ruleId',
    'name,kind,parameters,severity,itemId,locationId,connectionId,opensAfterSeconds,clearsAfterSeconds,timing,dailyAtMinute,timeZone,quietFromMinute,quietUntilMinute,tellsResolved,destinationIds,isOn', 'changed_at');
create trigger alert_rule_is_taken_away after delete on alert_rule
  for each row execute function setting_is_recorded('alert-rule', 'ruleId',
    'name,kind,parameters,severity,itemId,locationId,connectionId,opensAfterSeconds,clearsAfterSeconds,timing,dailyAtMinute,timeZone,quietFromMinute,quietUntilMinute,tellsResolved,destinationIds,isOn', '');

create trigger alert_destination_is_made after insert or delete on alert_destination
  for each row execute function setting_is_recorded('alert-destination', 'destinationId',
    'name,kind,language,messagesPerHour,isOn', '');
create trigger alert_destination_is_recorded after update on alert_destination
  for each row
  when (old.name is distinct from new.name or old.language is distinct from new.language
    or old.messages_per_hour is distinct from new.messages_per_hour or old.is_on is distinct from new.is_on)
  execute function setting_is_recorded('alert-destination', 'destinationId',
    'name,kind,language,messagesPerHour,isOn', '');

-- A row is also made to count what was not kept: that is nobody's setting.
create trigger call_log_setting_is_made after insert on call_log_setting
  for each row when (new.changed_by is not null)
  execute function setting_is_recorded('call-log', 'connectionId', 'mode,callsMax,hoursMax', 'changed_at');
create trigger call_log_setting_is_recorded after update on call_log_setting
  for each row
  when (old.mode is distinct from new.mode or old.calls_max is distinct from new.calls_max
    or old.hours_max is distinct from new.hours_max)
  execute function setting_is_recorded('call-log', 'connectionId', 'mode,callsMax,hoursMax', 'changed_at');

-- Versions, of which the one before is what was before.
create function mapping_rules_are_recorded() returns trigger language plpgsql as $$
begin
  perform record_setting(new.organization_id, 'mapping-rules', jsonb_build_object('connectionId', new.connection_id),
    (select jsonb_build_object('rules', older.rules, 'version', older.version) from mapping_rules as older
      where older.organization_id = new.organization_id and older.connection_id = new.connection_id
        and older.version = new.version - 1),
    jsonb_build_object('rules', new.rules, 'version', new.version), new.saved_at);
  return null;
end
$$;
create trigger mapping_rules_are_recorded after insert on mapping_rules
  for each row execute function mapping_rules_are_recorded();

create function personal_data_rule_is_recorded() returns trigger language plpgsql as $$
begin
  perform record_setting(new.organization_id, 'personal-data', jsonb_build_object('organizationId', new.organization_id),
    (select jsonb_build_object('endedDays', older.ended_days, 'unsentDays', older.unsent_days)
      from personal_data_rule as older
      where older.organization_id = new.organization_id and older.version = new.version - 1),
    jsonb_build_object('endedDays', new.ended_days, 'unsentDays', new.unsent_days), new.saved_at);
  return null;
end
$$;
create trigger personal_data_rule_is_recorded after insert on personal_data_rule
  for each row execute function personal_data_rule_is_recorded();
