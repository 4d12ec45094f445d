-- A warehouse whose files do not say where they stand (an answer of a poll, a name that is always the same) may say again what
-- it said before something else: stock that goes 5, 4, 5. Only the newest file of a name is the same one told again.
drop index connection_file_in;
create unique index connection_file_in on connection_file (organization_id, connection_id, feed, digest, sequence)
  where direction = 'in' and sequence <> '';
create index connection_file_named on connection_file (organization_id, connection_id, feed, name, position)
  where direction = 'in';
