import { changeStock, type SyncContext } from '@plimsoll/sync'
import { LOCATION } from '../demo/brand.ts'
import type { ShopControl } from '../demo/control.ts'
import type { History } from '../demo/history.ts'

/** Between two orders, on average: slowly enough to follow each by eye. */
const ORDER_EVERY_MS = 4_000
const CANCELLED_SHARE = 0.05
const SHIPPED_SHARE = 0.85
const LATER_MS = 30_000
/** A delivery comes when less than this share of the opening stock is left. */
const LOW_SHARE = 0.3

type SampleLife = {
  context: Pick<SyncContext, 'clock' | 'random' | 'uuid'> & SyncContext
  shops: readonly ShopControl[]
  items: History['items']
  /** Units left of each item; kept up by what happens here. */
  units: Map<string, number>
  signal: AbortSignal
}

/**
 * Shoppers who buy slowly, staff who ship most of it, and a clerk who receives a delivery when something runs low, until
 * the signal. What fails is said and the next shopper comes: a sample is nobody's loss.
 */
export async function liveSample(life: SampleLife): Promise<void> {
  const { context, signal } = life
  const { clock, log, organizationId } = context
  const staff = new Set<Promise<void>>()
  while (!signal.aborted) {
    try {
      const bought = await buy(life)
      if (bought !== undefined) {
        const step = stepLater(life, bought).catch((error: unknown) =>
          log.debug({ error, organizationId }, 'an order of the sample brand stays as it is'),
        )
        staff.add(step)
        void step.then(() => staff.delete(step))
      }
      await receiveLow(life)
    } catch (error) {
      if (!signal.aborted) log.warn({ error, organizationId }, 'a shopper of the sample brand went away')
    }
    await clock.sleep(ORDER_EVERY_MS * (0.5 + context.random()), signal).catch(() => undefined) // it is over
  }
  await Promise.all(staff)
}

type Bought = { shop: ShopControl; externalId: string }

async function buy({ context, shops, items, units }: SampleLife): Promise<Bought | undefined> {
  const pick = <T>(list: readonly T[]) => list[Math.floor(context.random() * list.length)]
  const shop = pick(shops)
  const basket = new Map<string, number>()
  for (let line = context.random() < 0.3 ? 2 : 1; line > 0; line -= 1) {
    const item = pick(items)
    if (item !== undefined && (units.get(item.sku) ?? 0) > 2)
      basket.set(item.sku, context.random() < 0.8 ? 1 : 2)
  }
  if (shop === undefined || basket.size === 0) return undefined
  const externalId = await shop.buy([...basket].map(([sku, quantity]) => ({ sku, quantity })))
  if (externalId === undefined) return undefined
  for (const [sku, quantity] of basket) units.set(sku, (units.get(sku) ?? 0) - quantity)
  return { shop, externalId }
}

async function stepLater({ context, signal }: SampleLife, { shop, externalId }: Bought): Promise<void> {
  const chance = context.random()
  const step =
    chance < CANCELLED_SHARE ? 'cancel' : chance < CANCELLED_SHARE + SHIPPED_SHARE ? 'fulfill' : undefined
  if (step === undefined) return
  await context.clock.sleep(LATER_MS * (0.5 + context.random()), signal).catch(() => undefined) // it is over
  if (!signal.aborted) await shop.stepOrder(externalId, step)
}

async function receiveLow({ context, items, units }: SampleLife): Promise<void> {
  const low = items.find(({ sku, opening }) => (units.get(sku) ?? 0) < Math.max(5, opening * LOW_SHARE))
  if (low === undefined) return
  const quantity = Math.max(10, low.opening)
  const [outcome] = await changeStock(context, [
    {
      kind: 'receive',
      key: `sample:${context.uuid()}`,
      actor: 'sample',
      sku: low.sku,
      locationCode: LOCATION.code,
      quantity,
      reason: 'delivery',
      effectiveAt: undefined,
    },
  ])
  // Whoever tries it may have put the item or the place away: then it is not asked again.
  units.set(
    low.sku,
    outcome?.kind === 'refused' ? Number.MAX_SAFE_INTEGER : (units.get(low.sku) ?? 0) + quantity,
  )
}
