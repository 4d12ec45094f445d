-- People page through orders by when they were placed, and look for one by its number; what is held is few.

create index sales_order_placed on sales_order (organization_id, placed_at desc, order_id desc);
create index sales_order_number on sales_order (organization_id, lower(number) text_pattern_ops);
create index errand_of_subject on errand (organization_id, subject_id);
