import { sql } from 'kysely'
import type { StockWorld } from './stock-world.ts'

/** `LOT onHand reserved held`, with `@LOCATION` unless it is MAIN; what is empty is left out. */
export async function balancesByLot(world: StockWorld): Promise<string[]> {
  const found = await sql<{ text: string }>`
    select concat_ws(' ', coalesce(lot.code, '-') || case location.code when 'MAIN' then '' else '@' || location.code end,
      on_hand, reserved, held) as text
    from balance
    join location using (organization_id, location_id)
    left join lot using (organization_id, lot_id)
    where organization_id = ${world.context.organizationId} and (on_hand <> 0 or reserved <> 0 or held <> 0)
    order by 1`.execute(world.database.kysely)
  return found.rows.map((row) => row.text)
}

/** What was set on the lots, in order. */
export async function lotStory(world: StockWorld): Promise<string[]> {
  const found = await sql<{ text: string }>`
    select concat_ws(' ', code, coalesce(before, '-') || '→' || after, reason) as text
    from lot_status_change join lot using (organization_id, lot_id)
    where organization_id = ${world.context.organizationId}
    order by change_id`.execute(world.database.kysely)
  return found.rows.map((row) => row.text)
}
