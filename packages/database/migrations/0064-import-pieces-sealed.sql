-- Files that are imported may hold to whom orders go: their pieces are sealed. Those that came in before stay readable as `content`
-- until their import is done or forgotten. (A process of before finds no content in a new one and leaves it to the others.)

alter table import_piece alter column content drop not null;
alter table import_piece add column key_name text, add column sealed bytea;
alter table import_piece add constraint import_piece_is_one_of_both check (
  (content is null) = (sealed is not null) and (sealed is null) = (key_name is null)
);
