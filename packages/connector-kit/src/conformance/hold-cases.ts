import type { WebhookEvent } from '../canonical.ts'
import type { Connector } from '../contract.ts'
import { ORDER_HOLDS } from '../order-hold.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { expect } from './expect.ts'
import { expectSoundOrder } from './soundness.ts'
import type { ConformanceWorld } from './world.ts'

/** Orders that the platform itself holds from being sent. */
export function holdCases<Settings, Credentials>({
  manifest,
  webhooks,
}: Connector<Settings, Credentials>): ConformanceCase[] {
  const { holds, streams } = manifest.capabilities
  if (holds === undefined) return []
  const isStreamed = streams?.some(({ name }) => name === ORDER_HOLDS) === true
  const bought = async (world: ConformanceWorld) => {
    const [level] = await world.addProducts(1, 9)
    if (level === undefined) throw new Error('no level came')
    const id = await world.buy([{ sku: level.sku, quantity: 2 }])
    await world.tryStep(id, 'pay')
    return { id, level }
  }
  return [
    {
      title: 'holds: an order says why it is held, in the list too, keeps its units, and says that it is not',
      async story(world) {
        const page = await world.operations.orders({ since: new Date(0), cursor: undefined })
        const since = page.platformTime ?? new Date(0)
        const { id, level } = await bought(world)
        const free = await world.operations.order(id)
        expect(free.holds).toEqual([])
        const number = await world.quantityOf(level)
        await world.step(id, 'hold')
        const held = await world.operations.order(id)
        expectSoundOrder(held)
        expect(held.holds?.length ?? 0, 'reasons for which it is held').toBeGreaterThan(0)
        expect(['pending', 'open']).toContain(held.state)
        expect(held.lines.map(({ current, shipped }) => current - shipped)).toEqual([2])
        expect(
          held.lines.map((line) => line.held ?? 2),
          'units that are held',
        ).toEqual([2])
        expect(await world.quantityOf(level), 'the platform’s number').toBe(number)
        const listed = (await world.allOrders(since)).filter(({ externalId }) => externalId === id)
        expect(listed.map((order) => order.holds)).toEqual([held.holds])
        if (isStreamed) expect(await isHeldByStream(world, since, id)).toBe(true)
        await world.step(id, 'release')
        expect((await world.operations.order(id)).holds).toEqual([])
        if (isStreamed) expect(await isHeldByStream(world, since, id)).toBe(false)
      },
    },
    ...(holds === 'polled' || manifest.capabilities.webhooks.length === 0
      ? []
      : [
          {
            title: 'holds: a webhook tells of a hold, and of its end: by itself, or by naming what to read',
            async story(world: ConformanceWorld) {
              const { id } = await bought(world)
              await world.operations.registerWebhooks(world.inbox.url)
              for (const step of ['hold', 'release'] as const) {
                await world.simulator.webhooks.drain()
                const before = world.inbox.received.length
                await world.step(id, step)
                await world.simulator.webhooks.drain()
                const told = world.inbox.received
                  .slice(before)
                  .filter((request) => webhooks.isPing?.(request) !== true)
                  .flatMap((request) => webhooks.parse(request))
                const orders = await Promise.all(told.map((event) => readTold(world, event)))
                const said = orders.flatMap((order) => (order?.externalId === id ? (order.holds ?? []) : []))
                expect(
                  orders.some((order) => order?.externalId === id && order.holds !== undefined),
                  `what the webhooks of the ${step} say or name`,
                ).toBe(true)
                expect(said.length > 0).toBe(step === 'hold')
              }
            },
          },
        ]),
  ]
}

/** The order that an event carries, or names to be read. */
async function readTold({ operations }: ConformanceWorld, event: WebhookEvent) {
  if (event.kind !== 'order') return undefined
  return event.order ?? (await operations.order(event.externalId))
}

/** What the stream of held orders says last of one; undefined: nothing, or there is none. */
async function isHeldByStream(
  { operations }: ConformanceWorld,
  since: Date,
  id: string,
): Promise<boolean | undefined> {
  let held: boolean | undefined
  for (let cursor: string | undefined; operations.stream !== undefined; ) {
    const page = await operations.stream(ORDER_HOLDS, { since, cursor })
    for (const event of page.rows)
      if (event.kind === 'order-hold' && event.externalId === id) held = event.held
    if (page.next === undefined) break
    cursor = page.next
  }
  return held
}
