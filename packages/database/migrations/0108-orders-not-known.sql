-- Orders of which it is not known what they sold (I5): asked for at every fence, and there is hardly ever one.
create index inbox_not_known on inbox (organization_id, connection_id)
  where state in ('parked', 'pending', 'fetch') and topic in ('order', 'order-deleted')
    and reason_code is not null and reason_code <> 'unmapped-listing';
