import type { OrderLine } from '../canonical.ts'
import type { OrderStep } from '../simulator/control.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import { setLevelsToTheEnd } from './final-outcomes.ts'
import { expectSoundOrder } from './soundness.ts'
import type { ConformanceWorld } from './world.ts'

/** The ways to a stage of an order; steps that a platform refuses there (paying a paid order) are left out. */
const stages: { stage: string; steps: OrderStep[] }[] = [
  { stage: 'just placed', steps: [] },
  { stage: 'paid', steps: ['pay'] },
  { stage: 'shipped', steps: ['pay', 'fulfill'] },
  { stage: 'cancelled before it was paid', steps: ['cancel'] },
  { stage: 'cancelled after it was paid', steps: ['pay', 'cancel'] },
]

/** What shoppers bought, and when the platform's own number falls. */
export function orderCases(): ConformanceCase[] {
  return [
    {
      title: 'orders: paging brings every order since a moment, whatever its state',
      async story(world) {
        const since = new Date((await platformNow(world)) - 60_000)
        const wanted = await placePages(world, since)
        const seen = await world.allOrders(since)
        const ids = seen.map((order) => order.externalId)
        expect(wanted.filter((id) => !ids.includes(id))).toEqual([])
        for (const order of seen) expectSoundOrder(order)
        const later = await world.operations.orders({
          since: new Date((await platformNow(world)) + 3_600_000),
          cursor: undefined,
        })
        expect(later.rows).toEqual([])
        expect(later.platformTime).toBeInstanceOf(Date)
      },
    },
    {
      title: 'orders: states are read: pending or open, closed, cancelled',
      async story(world) {
        const [level] = await world.addProducts(1, 100)
        if (level === undefined) throw new Error('no level came')
        const state = new Map<string, string>()
        for (const { stage, steps } of stages) {
          const id = await world.buy([{ sku: level.sku, quantity: 1 }])
          for (const step of steps) await world.tryStep(id, step)
          state.set(stage, (await world.operations.order(id)).state)
        }
        expect(['pending', 'open']).toContain(state.get('just placed'))
        expect(state.get('paid')).toBe('open')
        expect(state.get('shipped')).toBe('closed')
        expect(state.get('cancelled before it was paid')).toBe('cancelled')
        expect(state.get('cancelled after it was paid')).toBe('cancelled')
      },
    },
    {
      title: 'orders: a line names its listing, SKU and units; two lines are two lines',
      async story(world) {
        await world.seed(['中文 "货号"', 'SOCKS'].map((sku) => ({ sku, title: sku, price: 3, quantity: 9 })))
        const { rows: listings } = await world.allListings()
        const id = await world.buy([
          { sku: '中文 "货号"', quantity: 2 },
          { sku: 'SOCKS', quantity: 1 },
        ])
        const order = await world.operations.order(id)
        expect(order.externalId).toBe(id)
        expect(
          order.lines.map(({ sku, ordered, current, shipped }) => ({ sku, ordered, current, shipped })),
        ).toEqual(
          expect.arrayContaining([
            { sku: '中文 "货号"', ordered: 2, current: 2, shipped: 0 },
            { sku: 'SOCKS', ordered: 1, current: 1, shipped: 0 },
          ]),
        )
        for (const line of order.lines) {
          const listing = listings.find((one) => one.externalId === line.listingExternalId)
          expect(listing?.sku).toBe(line.sku)
        }
      },
    },
    {
      title: 'order: one that the platform does not have is NotFound',
      async story({ operations, unknown }) {
        await refusalOf(operations.order(unknown.orderExternalId), 'not-found')
      },
    },
    {
      title: 'orders: an undocumented status is Malformed, never guessed',
      async story(world) {
        const [level] = await world.addProducts(1)
        if (level === undefined) throw new Error('no level came')
        const id = await world.buy([{ sku: level.sku, quantity: 1 }])
        await world.operations.order(id) // readable before
        world.simulator.faults.rewriteAnswers(world.withUnknownOrderStatus)
        await refusalOf(world.operations.order(id), 'malformed')
      },
    },
    ...stages.map(
      ({ stage, steps }): ConformanceCase => ({
        title: `subtracted: ${stage}: the order says what the platform has subtracted`,
        async story(world) {
          const [level] = await world.addProducts(1, 10)
          if (level === undefined) throw new Error('no level came')
          const id = await world.buy([{ sku: level.sku, quantity: 2 }])
          for (const step of steps) await world.tryStep(id, step)
          const line = await onlyLine(world, id)
          const gone = goneOf(line)
          if (line.subtracted !== 'unknown' || line.current === line.shipped) {
            expect(await world.quantityOf(level)).toBe(10 - gone)
          }
        },
      }),
    ),
    ...stages.flatMap(({ stage, steps }) =>
      (['fulfilled', 'cancelled'] as const)
        // What a platform does when an order is cancelled after its goods have left is its own affair: WooCommerce
        // puts them back into stock, others refuse. The hub sees a difference and reconciles it.
        .filter((end) => !(end === 'cancelled' && steps.includes('fulfill')))
        .map(
          (end): ConformanceCase => ({
            title: `write at a stage: ${stage}, then ${end}: promise + not yet subtracted ends at the promise`,
            async story(world) {
              await writeAtStage(world, steps, end)
            },
          }),
        ),
    ),
    {
      title: 'orders: a refund before shipping leaves sound lines',
      async story(world) {
        const [level] = await world.addProducts(1, 10)
        if (level === undefined) throw new Error('no level came')
        const id = await world.buy([{ sku: level.sku, quantity: 2 }])
        await world.tryStep(id, 'pay')
        await world.tryStep(id, 'refund')
        expectSoundOrder(await world.operations.order(id))
      },
    },
    {
      title: 'orders: a change moves the version on',
      async story(world) {
        const [level] = await world.addProducts(1, 10)
        if (level === undefined) throw new Error('no level came')
        const id = await world.buy([{ sku: level.sku, quantity: 2 }])
        const before = await world.operations.order(id)
        await world.step(id, 'cancel')
        const after = await world.operations.order(id)
        if (before.version === undefined || after.version === undefined) return // fetched again each time
        expect(after.version).toBeGreaterThanOrEqual(before.version)
      },
    },
  ]
}

/**
 * Ten units, two of them sold. The hub promises eight (ten once the order is cancelled) and writes that plus what
 * the platform has yet to subtract by itself; when the order has run its course the number must be the promise.
 */
async function writeAtStage(
  world: ConformanceWorld,
  steps: OrderStep[],
  end: 'fulfilled' | 'cancelled',
): Promise<void> {
  const [level] = await world.addProducts(1, 10)
  if (level === undefined) throw new Error('no level came')
  const id = await world.buy([{ sku: level.sku, quantity: 2 }])
  for (const step of steps) await world.tryStep(id, step)

  const line = await onlyLine(world, id)
  const promise = 10 - line.current
  const open = line.current - line.shipped
  const written = promise + (isStillToFall(line) ? open : 0)
  const shown = (await world.quantityOf(level)) ?? undefined
  const outcomes = await setLevelsToTheEnd(world, [world.write(level, written, shown)])
  expect(outcomes).toMatchObject([{ kind: 'applied', quantity: written }])

  if (end === 'cancelled') await world.tryStep(id, 'cancel')
  else {
    await world.tryStep(id, 'pay')
    await world.tryStep(id, 'fulfill')
  }
  const ended = await onlyLine(world, id)
  const isRunning = ended.current > ended.shipped && isStillToFall(ended)
  const due = 10 - ended.current + (isRunning ? ended.current - ended.shipped : 0)
  const final = await world.quantityOf(level)
  if (line.subtracted === 'never') {
    // It stays as it was written, until the hub hears that the units have left and writes what it promises now.
    expect(final).toBe(written)
    await setLevelsToTheEnd(world, [world.write(level, due, final ?? undefined)])
    expect(await world.quantityOf(level)).toBe(due)
    return
  }
  // What is uncertain counts as subtracted, and what is kept from nobody is not shown: it may end lower, never higher.
  if ((line.subtracted === 'unknown' || line.subtracted === 'unheld') && open > 0)
    expect(final).toBeLessThanOrEqual(due)
  else expect(final).toBe(due)
}

/** What the platform's own number has fallen by for a line. */
function goneOf({ subtracted, current, shipped }: OrderLine): number {
  if (subtracted === 'never') return 0
  return subtracted === 'yes' ? current : shipped
}

function isStillToFall({ subtracted }: OrderLine): boolean {
  return subtracted === 'no' || subtracted === 'never'
}

async function onlyLine(world: ConformanceWorld, id: string): Promise<OrderLine> {
  const order = await world.operations.order(id)
  expectSoundOrder(order)
  const [line] = order.lines
  if (line === undefined || order.lines.length !== 1)
    throw new Error(`order ${id} has ${order.lines.length} lines`)
  return line
}

async function platformNow({ operations }: ConformanceWorld): Promise<number> {
  const { platformTime } = await operations.orders({ since: new Date(0), cursor: undefined })
  if (platformTime === undefined)
    throw new Error('a page of orders must carry the platform’s time: fences need it')
  return platformTime.getTime()
}

/** Places orders in every state until the platform needs more than two pages, if it has pages at all; returns their ids. */
async function placePages(world: ConformanceWorld, since: Date): Promise<string[]> {
  const [level] = await world.addProducts(1, 100_000)
  if (level === undefined) throw new Error('no level came')
  const ids: string[] = []
  let isPaged = false
  for (let count = 10; count <= 640; count *= 2) {
    for (let placed = 0; placed < count; placed += 1) {
      const id = await world.buy([{ sku: level.sku, quantity: 1 }])
      ids.push(id)
      for (const step of stages[placed % stages.length]?.steps ?? []) await world.tryStep(id, step)
    }
    const first = await world.operations.orders({ since, cursor: undefined })
    isPaged = first.next !== undefined
    if (isPaged && first.rows.length * 2 < ids.length) return ids
  }
  // Whether that was all of them, the case finds out.
  if (!isPaged) return ids
  throw new Error('the platform still answers in two pages or less with more than 1,000 orders')
}
