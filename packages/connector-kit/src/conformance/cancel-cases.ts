import type { Cancellation } from '../canonical.ts'
import type { Capabilities } from '../capabilities.ts'
import { systemClock } from '../clock.ts'
import type { ChannelOperations } from '../contract.ts'
import { Unavailable } from '../errors.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import { untilNoAnswerIsLost } from './lost-answers.ts'
import type { ConformanceWorld } from './world.ts'

/** Cancelling what has not shipped. */
export function cancelCases({ cancel }: Pick<Capabilities, 'cancel'>): ConformanceCase[] {
  if (cancel === false) {
    return [
      {
        title: 'cancel: not declared, so not there',
        async story({ operations }) {
          expect(operations.cancel).toBeUndefined()
        },
      },
    ]
  }
  const cases: ConformanceCase[] = [
    {
      title: 'I3: cancel: the whole order, and twice is once',
      async story(world) {
        const cancellation = await openOrder(world)
        await cancelOrder(world, cancellation)
        await cancelOrder(world, cancellation)
        const order = await world.operations.order(cancellation.orderExternalId)
        expect(order.state).toBe('cancelled')
        expect(order.lines.map(({ current }) => current)).toEqual(order.lines.map(() => 0))
      },
    },
    {
      title: 'cancel: what has shipped, and what there is not, is refused',
      async story(world) {
        const cancellation = await openOrder(world)
        await world.step(cancellation.orderExternalId, 'fulfill')
        await refusalOf(cancelOrder(world, cancellation), 'invalid', 'conflict')
        const orderExternalId = world.unknown.orderExternalId
        await refusalOf(cancelOrder(world, { ...cancellation, orderExternalId }), 'not-found', 'invalid')
      },
    },
  ]
  cases.push({
    title:
      'I3: cancel: whichever answer is lost, told again the order is cancelled, and its units are back once',
    async story(world) {
      const prepared = async () => {
        const cancellation = await openOrder(world)
        const { stockUnitId, locationId } = await world.levelOf(await onlySku(world, cancellation))
        return { cancellation, level: { stockUnitId, locationId } }
      }
      // Some platforms leave it to the seller to put the units back on sale.
      const plain = await prepared()
      await cancelOrder(world, plain.cancellation)
      const back = await world.quantityOf(plain.level)
      await untilNoAnswerIsLost(world, {
        prepare: prepared,
        act: (operations, { cancellation }) => {
          const lost = world.simulator.faults.counts().dropResponse
          // What is cut off is told again by another process.
          const isCutOff = () => world.simulator.faults.counts().dropResponse > lost
          return cancelWith(operations, cancellation, isCutOff)
        },
        async verify({ cancellation, level }) {
          const order = await world.operations.order(cancellation.orderExternalId)
          expect(order.state).toBe('cancelled')
          expect(await world.quantityOf(level)).toBe(back)
        },
      })
    },
  })
  if (cancel === 'order') return cases
  return [
    ...cases,
    {
      title: 'cancel: some units of a line, the others stay',
      async story(world) {
        const cancellation = await openOrder(world)
        const { lines } = await world.operations.order(cancellation.orderExternalId)
        const some = lines.map(({ externalId }) => ({ lineExternalId: externalId, quantity: 1 }))
        await cancelOrder(world, { ...cancellation, lines: some })
        const order = await world.operations.order(cancellation.orderExternalId)
        expect(order.state).not.toBe('cancelled')
        expect(order.lines.map(({ current }) => current)).toEqual([1])
      },
    },
    {
      title: 'I3: cancel: one of three units, told again under one id or after a lost answer, is one',
      async story(world) {
        await untilNoAnswerIsLost(world, {
          async prepare() {
            const cancellation = await openOrder(world, 3)
            const { lines } = await world.operations.order(cancellation.orderExternalId)
            return {
              ...cancellation,
              cancellationId: `conformance-cancellation-${cancellation.orderExternalId}`,
              lines: lines.map(({ externalId }) => ({ lineExternalId: externalId, quantity: 1 })),
            }
          },
          act: (operations, cancellation) => operations.cancel?.(cancellation) ?? Promise.resolve(),
          // Where the platform cannot tell the two, refusing the second is as good.
          again: ['conflict', 'invalid'],
          async verify(cancellation) {
            await cancelOrder(world, cancellation).catch(() =>
              refusalOf(cancelOrder(world, cancellation), 'conflict', 'invalid'),
            )
            const order = await world.operations.order(cancellation.orderExternalId)
            expect(order.lines.map(({ current }) => current)).toEqual([2])
          },
        })
      },
    },
  ]
}

async function openOrder(world: ConformanceWorld, quantity = 2): Promise<Cancellation> {
  const [level] = await world.addProducts(1, 10)
  if (level === undefined) throw new Error('no level came')
  const orderExternalId = await world.buy([{ sku: level.sku, quantity }])
  await world.tryStep(orderExternalId, 'pay')
  return { orderExternalId, lines: undefined, reason: 'out-of-stock', notifyCustomer: false }
}

async function onlySku(world: ConformanceWorld, { orderExternalId }: Cancellation): Promise<string> {
  const { lines } = await world.operations.order(orderExternalId)
  const [line] = lines
  if (line?.sku === undefined) throw new Error('the line has no SKU')
  return line.sku
}

/** Tells it until it is done, or refused. */
function cancelOrder({ operations }: ConformanceWorld, cancellation: Cancellation): Promise<void> {
  return cancelWith(operations, cancellation)
}

const TRIES_MAX = 100
const AGAIN_MS = 60

/** A platform that works on it later is Unavailable until it is done, and is told again, as the hub would. */
async function cancelWith(
  operations: ChannelOperations,
  cancellation: Cancellation,
  isCutOff = () => false,
): Promise<void> {
  if (operations.cancel === undefined) throw new Error('cancel is declared, yet cancel() is missing')
  for (let tries = 1; ; tries += 1) {
    try {
      await operations.cancel(cancellation)
      return
    } catch (error) {
      const isUnderWay = error instanceof Unavailable && error.sent
      if (!isUnderWay || isCutOff() || tries >= TRIES_MAX) throw error
      await systemClock.sleep(AGAIN_MS)
    }
  }
}
