import type { QueuedMessage } from '../canonical.ts'
import { systemClock } from '../clock.ts'
import type { Connector } from '../contract.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { expect } from './expect.ts'
import type { ConformanceWorld } from './world.ts'

/** Events that are pulled: at least once, in any order, and gone only once they are acknowledged. */
export function queueCases<Settings, Credentials>({
  manifest,
  webhooks,
}: Connector<Settings, Credentials>): ConformanceCase[] {
  if (manifest.capabilities.queue === undefined) {
    return [
      {
        title: 'queue: not declared, so not there',
        async story({ operations }) {
          expect(operations.pull).toBeUndefined()
          expect(operations.acknowledge).toBeUndefined()
        },
      },
    ]
  }
  const isAbout = (id: string) => (message: QueuedMessage) =>
    webhooks.parse(message).some((event) => event.kind === 'order' && event.externalId === id)

  /** Pulls until a message about the order comes; what else comes is left. */
  const pullAbout = async (world: ConformanceWorld, id: string, attempts = 100) => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const found = (await pull(world)).find(isAbout(id))
      if (found !== undefined) return found
      await systemClock.sleep(10)
    }
    return undefined
  }
  const sold = async (world: ConformanceWorld) => {
    const [level] = await world.addProducts(1, 10)
    if (level === undefined) throw new Error('no level came')
    return await world.buy([{ sku: level.sku, quantity: 1 }])
  }
  return [
    {
      title: 'I4: queue: what was pulled and not acknowledged comes again, from another process too',
      async story(world) {
        const id = await sold(world)
        expect(await pullAbout(world, id)).toBeDefined()
        expect(await pullAbout({ ...world, operations: world.open() }, id)).toBeDefined()
      },
    },
    {
      title: 'queue: what was acknowledged is gone; acknowledged again, nothing happens',
      async story(world) {
        const id = await sold(world)
        const message = await pullAbout(world, id)
        if (message === undefined) throw new Error('no message came')
        const other = await sold(world)
        await acknowledge(world, [message.receipt])
        await acknowledge(world, [message.receipt])
        await acknowledge(world, [])
        expect(await pullAbout(world, other)).toBeDefined()
        for (let attempt = 0; attempt < 10; attempt += 1) {
          expect((await pull(world)).filter(isAbout(id))).toEqual([])
          await systemClock.sleep(10)
        }
      },
    },
    {
      title: 'queue: one queue may serve several accounts, so a message says whose it is',
      async story(world) {
        const id = await sold(world)
        const message = await pullAbout(world, id)
        if (message === undefined) throw new Error('no message came')
        if (webhooks.accountOf === undefined) return
        expect(webhooks.accountOf(message)).toBe((await world.operations.check()).accountId)
      },
    },
  ]
}

async function pull({ operations }: ConformanceWorld): Promise<QueuedMessage[]> {
  if (operations.pull === undefined)
    throw new Error('a queue is declared and the settings name one, yet pull() is missing')
  return await operations.pull()
}

async function acknowledge({ operations }: ConformanceWorld, receipts: readonly string[]): Promise<void> {
  if (operations.acknowledge === undefined) throw new Error('pull() is there, yet acknowledge() is missing')
  await operations.acknowledge(receipts)
}
