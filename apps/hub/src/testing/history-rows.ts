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

/** The routes of the past as the first organization asks them, also for what the second has. */
export function historyReads({ mark }: { mark: string }): Record<string, string[]> {
  return {
    '/api/v1/items/:sku/stock': [
      '/api/v1/items/MUG/stock',
      '/api/v1/items/MUG/stock?by=recorded',
      `/api/v1/items/${mark}-1/stock`,
    ],
    '/api/v1/stock': ['/api/v1/stock?location=MAIN', `/api/v1/stock?location=${mark}`],
    '/api/v1/valuation': [
      '/api/v1/valuation',
      `/api/v1/valuation?sku=${mark}-1`,
      `/api/v1/valuation?location=${mark}`,
    ],
    '/api/v1/valuation/currency': ['/api/v1/valuation/currency'],
  }
}
