import { openDatabase } from '@plimsoll/database'

/**
 * One row and more in each table of the past, for an organization with stock. Closing months alone writes them, for all
 * organizations; the owner may put rows in.
 */
export async function fillHistory(databaseUrl: string, organizationId: string): Promise<void> {
  const owner = await openDatabase({
    databaseUrl: databaseUrl,
    keep: 'running',
    poolMax: 1,
    runtimeRole: false,
  })
  try {
    await owner.pool.query(
      `insert into balance_checkpoint (organization_id, item_id, location_id, lot_id, at, on_hand, reserved, held, incoming)
       select organization_id, item_id, location_id, lot_id, '2026-10-01T00:00:00Z', 777, 0, 0, 0
       from balance where organization_id = $1`,
      [organizationId],
    )
    await owner.pool.query(`insert into closed_month values ($1, '2026-09-01T00:00:00Z', 1, now())`, [
      organizationId,
    ])
    await owner.pool.query(`insert into valuation_setting values ($1, 'XTS')`, [organizationId])
    await owner.pool.query(
      `insert into movement_cost select organization_id, item_id, movement_id, 777 from movement where organization_id = $1`,
      [organizationId],
    )
    await owner.pool.query(
      `insert into valuation_checkpoint select distinct organization_id, item_id, '2026-10-01T00:00:00Z'::timestamptz, '{}'::jsonb
       from movement where organization_id = $1`,
      [organizationId],
    )
  } finally {
    await owner.close()
  }
}
