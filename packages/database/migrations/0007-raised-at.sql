-- When a level's desired quantity last rose. Raising a platform's number needs all orders up to that moment;
-- `desired_at` moves with every change, so on a platform that shows orders late a steady trickle of its own
-- sales would put a raise off for ever.

alter table level add column raised_at timestamptz;
update level set raised_at = desired_at;
