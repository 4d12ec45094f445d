-- Of which application of its platform a connection is (a hash, as in the address that the platform calls for all of them):
-- a message to that address is handed to whoever is connected, without opening anybody's credentials. Null: not worked yet.
alter table connection add column application_key text;
create index connection_by_application on connection (connector, application_key);
