-- A limit that a platform sets an application, and not an account, is spent by all organizations of a host together: its
-- rows belong to none of them, and each must see and change them. They say how much is left, and of nobody anything.
create policy whole_hub on shared_budget
  using (organization_id = '00000000-0000-0000-0000-000000000000');
create policy whole_hub on budget_holding
  using (organization_id = '00000000-0000-0000-0000-000000000000');
