import type { DemoApi } from './demo-api.ts'

const DAY_MS = 86_400_000
const WEEKS = 9

/** What sells, how many a day by how many days ago, and what is left of it at the end. */
const selling = [
  { sku: 'LAMP-WALNUT', name: 'Desk lamp, walnut', left: 70, units: (ago: number) => (ago % 7 < 2 ? 9 : 5) },
  { sku: 'KETTLE-G', name: 'Gooseneck kettle', left: 20, units: (ago: number) => (ago === 20 ? 48 : 4) },
  { sku: 'TOWEL-L', name: 'Bath towel, large', left: 900, units: (ago: number) => 6 + (ago % 4) },
  { sku: 'VASE-BLUE', name: 'Vase, blue glaze', left: 0, units: (ago: number) => (ago < 4 ? 0 : 3) },
]

/** Nine weeks of sales at one place, written as the ledger would have written them: replenishment measures demand from it. */
export async function sellForWeeks({ ask }: DemoApi): Promise<void> {
  const at = (ago: number, hour: number) =>
    new Date(Math.floor(Date.now() / DAY_MS - ago) * DAY_MS + hour * 3_600_000).toISOString()
  for (const { sku, name, left, units } of selling) {
    await ask('PUT', `/items/${sku}`, { name })
    const days = Array.from({ length: WEEKS * 7 - 1 }, (_, nth) => WEEKS * 7 - 1 - nth)
    const total = days.reduce((sum, ago) => sum + units(ago), left)
    const place = { sku, location: 'RTM' }
    await ask('POST', '/stock/receive', { ...place, quantity: total, effectiveAt: at(WEEKS * 7, 1) })
    const sold = days.filter((ago) => units(ago) > 0)
    const reserved = await ask<{ outcomes: { result?: { reservationId?: string } }[] }>(
      'POST',
      '/stock/commands',
      {
        commands: sold.map((ago) => ({
          kind: 'reserve',
          key: `${sku} reserve ${ago}`,
          ...place,
          quantity: units(ago),
          effectiveAt: at(ago, 9),
        })),
      },
    )
    const shipped = await ask<{ outcomes: { problem?: unknown }[] }>('POST', '/stock/commands', {
      commands: sold.map((ago, nth) => ({
        kind: 'ship',
        key: `${sku} ship ${ago}`,
        reservationId: reserved.outcomes[nth]?.result?.reservationId,
        quantity: units(ago),
        effectiveAt: at(ago, 16),
      })),
    })
    const refused = shipped.outcomes.find(({ problem }) => problem !== undefined)
    if (refused !== undefined) throw new Error(`${sku}: ${JSON.stringify(refused.problem)}`)
    // Whose setting changes is planned at once, and not only at the next round.
    await ask('PATCH', '/replenishment-settings', {
      sku,
      fields: { supplier: 'Anping Kitchenware', supplierLeadDays: 21 },
    })
  }
}
