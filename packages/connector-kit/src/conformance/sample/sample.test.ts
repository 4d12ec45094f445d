import { describe, expect, test } from 'vitest'
import type { ExternalOrder, WriteOutcome } from '../../canonical.ts'
import type { ChannelOperations, Connector } from '../../contract.ts'
import { Malformed, Unavailable } from '../../errors.ts'
import { conformanceCases, createConformanceWorld, describeConformance } from '../index.ts'
import { sampleConnector } from './sample-connector.ts'
import { goodKey, startSampleSimulator, webhookSecret } from './sample-simulator.ts'

type Sample = typeof sampleConnector extends Connector<infer S, infer C> ? Connector<S, C> : never

async function start(connector: Sample = sampleConnector) {
  const simulator = await startSampleSimulator()
  return createConformanceWorld({
    connector,
    simulator,
    settings: { url: simulator.url },
    credentials: { key: goodKey, webhookSecret },
    wrongCredentials: { key: 'bad-key', webhookSecret },
    wrongWebhookCredentials: { key: goodKey, webhookSecret: 'another' },
    unknown: {
      listingExternalId: '99999',
      orderExternalId: 'order-99999',
      level: { stockUnitId: '99999', locationId: 'default' },
    },
    withUnknownOrderStatus: (body) => body.replaceAll('"status":"new"', '"status":"teleported"'),
  })
}

describeConformance('sample', { connector: sampleConnector, start: () => start() })

describe('a connector with a defect is caught', () => {
  const withOrder = (change: (order: ExternalOrder) => ExternalOrder) => (good: ChannelOperations) => ({
    ...good,
    order: async (id: string) => change(await good.order(id)),
    orders: async (query: Parameters<ChannelOperations['orders']>[0]) => {
      const page = await good.orders(query)
      return { ...page, rows: page.rows.map(change) }
    },
  })
  const withOutcomes =
    (change: (outcome: WriteOutcome) => WriteOutcome[]) =>
    (good: ChannelOperations): ChannelOperations => ({
      ...good,
      setLevels: async (writes, options) => (await good.setLevels(writes, options)).flatMap(change),
    })

  const defects: { defect: string; spoil: (good: ChannelOperations) => ChannelOperations }[] = [
    {
      defect: 'untracked read as nought',
      spoil: (good) => ({
        ...good,
        levels: async (keys) =>
          (await good.levels(keys)).map((level) => ({ ...level, quantity: level.quantity ?? 0 })),
      }),
    },
    {
      defect: 'stops after the second page',
      spoil: (good) => ({
        ...good,
        listings: async (cursor) => {
          const page = await good.listings(cursor)
          return cursor === undefined ? page : { ...page, next: undefined }
        },
      }),
    },
    {
      defect: 'says the platform has yet to subtract',
      spoil: withOrder((order) => ({
        ...order,
        lines: order.lines.map((line) => ({ ...line, subtracted: 'no' })),
      })),
    },
    { defect: 'takes cancelled for open', spoil: withOrder((order) => ({ ...order, state: 'open' })) },
    {
      defect: 'forgets what shipped',
      spoil: withOrder((order) => ({
        ...order,
        lines: order.lines.map((line) => ({ ...line, shipped: 0 })),
      })),
    },
    {
      defect: 'loses an outcome',
      spoil: withOutcomes((outcome) => (outcome.kind === 'refused' ? [] : [outcome])),
    },
    {
      defect: 'calls a refusal applied',
      spoil: withOutcomes((outcome) => [{ writeId: outcome.writeId, kind: 'applied', quantity: 3 }]),
    },
    {
      defect: 'takes every failure for one that never left',
      spoil: (good) => ({
        ...good,
        setLevels: (writes, options) =>
          good.setLevels(writes, options).catch((error: Error) => {
            throw new Unavailable(error.message, false)
          }),
      }),
    },
    {
      defect: 'takes every failure for a malformed answer',
      spoil: (good) => ({
        ...good,
        listings: (cursor, options) =>
          good.listings(cursor, options).catch((error: Error) => {
            throw new Malformed(error.message, '')
          }),
      }),
    },
    {
      defect: 'ignores what was expected',
      spoil: (good) => ({
        ...good,
        setLevels: (writes, options) =>
          good.setLevels(
            writes.map((write) => ({ ...write, expected: undefined })),
            options,
          ),
      }),
    },
  ]

  test.each(defects)('$defect', { timeout: 60_000 }, async ({ spoil }) => {
    const spoiled: Sample = { ...sampleConnector, open: (context) => spoil(sampleConnector.open(context)) }
    expect(await failingCases(spoiled)).not.toEqual([])
  })

  test('verifies everything', { timeout: 60_000 }, async () => {
    const spoiled: Sample = {
      ...sampleConnector,
      webhooks: { ...sampleConnector.webhooks, verify: () => true },
    }
    expect(await failingCases(spoiled)).not.toEqual([])
  })
})

/** Runs cases until one fails, in the order of the suite. */
async function failingCases(connector: Sample): Promise<string[]> {
  for (const { title, story } of conformanceCases(connector)) {
    const world = await start(connector)
    try {
      await story(world)
    } catch {
      return [title] // the very thing that is looked for
    } finally {
      await world.close()
    }
  }
  return []
}
