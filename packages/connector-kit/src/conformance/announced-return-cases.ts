import { ANNOUNCED_RETURNS, type AnnouncedReturn } from '../announced-return.ts'
import type { Capabilities } from '../capabilities.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { expect } from './expect.ts'
import { expectSoundAnnouncedReturn } from './soundness.ts'
import type { ConformanceWorld } from './world.ts'

/** Returns that the platform grants its customers: told with what is expected back, and nothing is on hand by that. */
export function announcedReturnCases({ streams }: Pick<Capabilities, 'streams'>): ConformanceCase[] {
  if (streams?.some(({ name }) => name === ANNOUNCED_RETURNS) !== true) return []
  return [
    {
      title:
        'returns: one that was granted is told with its number, order and units, the same each time, until it is called off',
      async story(world) {
        const [level] = await world.addProducts(1, 9)
        if (level === undefined) throw new Error('no level came')
        const page = await world.operations.orders({ since: new Date(0), cursor: undefined })
        const since = page.platformTime ?? new Date(0)
        const orderId = await world.buy([{ sku: level.sku, quantity: 3 }])
        await world.tryStep(orderId, 'pay')
        expect(await readReturns(world, since)).toEqual([])
        await world.step(orderId, 'fulfill')
        const order = await world.operations.order(orderId)
        const before = await world.quantityOf(level)
        const number = await world.grantReturn(orderId, 2)
        const [told, ...others] = await readReturns(world, since)
        expect(others).toEqual([])
        expect(told).toMatchObject({ number, orderExternalId: orderId, state: 'announced' })
        if (told !== undefined) expectSoundAnnouncedReturn(told)
        expect(told?.lines).toEqual([{ lineExternalId: order.lines[0]?.externalId, units: 2 }])
        expect(await readReturns(world, since)).toEqual([told])
        // Only once somebody has looked at what came is anything there.
        expect(await world.quantityOf(level)).toBe(before)
        await world.callOffReturn(number)
        const [calledOff] = await readReturns(world, since)
        expect(calledOff).toMatchObject({ externalId: told?.externalId, state: 'cancelled' })
        expect(calledOff?.version === undefined || calledOff.version > (told?.version ?? 0)).toBe(true)
      },
    },
  ]
}

/** What the stream tells last of each return, page by page. */
async function readReturns({ operations }: ConformanceWorld, since: Date): Promise<AnnouncedReturn[]> {
  if (operations.stream === undefined) throw new Error('the stream is declared, yet stream() is missing')
  const last = new Map<string, AnnouncedReturn>()
  for (let cursor: string | undefined; ; ) {
    const page = await operations.stream(ANNOUNCED_RETURNS, { since, cursor })
    for (const event of page.rows) {
      if (event.kind !== 'announced-return') continue
      // The list itself says how each stands; only a webhook may leave it open.
      if (event.return === undefined) throw new Error(`nothing is told of the return ${event.externalId}`)
      last.set(event.externalId, event.return)
    }
    if (page.next === undefined) return [...last.values()]
    cursor = page.next
  }
}
