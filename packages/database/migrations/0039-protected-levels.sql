-- Levels that show what they were granted, or less because of how their item sells, are decided one by one; all others of
-- many items at once by one statement (docs/decisions/0021). To ask which items have such a level read each of their
-- levels: a fifth of what it costs to find out that nothing differs. Nearly always the index is empty.

create index level_protected on level (organization_id, item_id) where protection <> 'open';
