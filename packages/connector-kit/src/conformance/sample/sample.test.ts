import { randomUUID } from 'node:crypto'
import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import type { ExternalOrder, TicketOutcome, WriteOutcome } from '../../canonical.ts'
import { manualClock } from '../../clock.ts'
import type { ChannelOperations, Connector } from '../../contract.ts'
import { Malformed, Unavailable } from '../../errors.ts'
import type { SimulatorOptions } from '../../simulator/simulator.ts'
import { conformanceCases, createConformanceWorld, describeConformance } from '../index.ts'
import { sampleConnector } from './sample-connector.ts'
import { feedDelayMs, feedLifeMs, startSampleSimulator } from './sample-simulator.ts'

type Sample = typeof sampleConnector extends Connector<infer S, infer C> ? Connector<S, C> : never

async function start(connector: Sample = sampleConnector, options: SimulatorOptions = {}) {
  const simulator = await startSampleSimulator(options)
  return createConformanceWorld({
    connector,
    simulator,
    ...(options.clock !== undefined && { clock: options.clock }),
    settings: { url: simulator.url, markets: ['north'], queue: true },
    credentials: simulator.given,
    wrongCredentials: { ...simulator.given, appKey: 'bad-key' },
    endTokens: simulator.endTokens,
    grant: {
      given: { appKey: simulator.given.appKey, webhookToken: simulator.given.webhookToken },
      async agree(url) {
        const { headers } = await request(url)
        return { query: Object.fromEntries(new URL(String(headers.location)).searchParams), body: undefined }
      },
    },
    unknown: {
      listingExternalId: '99999',
      orderExternalId: 'order-99999',
      level: { stockUnitId: '99999', locationId: 'default' },
    },
    unknownTicket: () => 'feed-99999#0',
    withUnknownOrderStatus: (body) => body.replaceAll('"status":"new"', '"status":"teleported"'),
  })
}

describeConformance('sample', { connector: sampleConnector, start: () => start() })

test('a feed is accepted first, then told, and after its life unknown', async () => {
  const clock = manualClock()
  const world = await start(sampleConnector, { clock })
  try {
    const levels = await world.addProducts(6, 10)
    const outcomes = await world.operations.setLevels(
      levels.map((level) => world.write(level, 14)),
      { urgency: 'increase' },
    )
    const tickets = outcomes.flatMap((outcome) => (outcome.kind === 'accepted' ? [outcome.ticket] : []))
    const kinds = async () => {
      const told = await world.operations.outcomes?.(tickets)
      return [...new Set(told?.map(({ kind }) => kind))]
    }
    expect(tickets).toHaveLength(6)
    expect(await kinds()).toEqual(['accepted'])
    expect((await world.operations.levels(levels)).map(({ quantity }) => quantity)).toEqual(Array(6).fill(10))
    await clock.advance(feedDelayMs)
    expect(await kinds()).toEqual(['applied'])
    expect((await world.operations.levels(levels)).map(({ quantity }) => quantity)).toEqual(Array(6).fill(14))
    await clock.advance(feedLifeMs)
    expect(await kinds()).toEqual(['unknown'])
  } finally {
    await world.close()
  }
})

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

  const withTickets =
    (change: (outcome: TicketOutcome) => TicketOutcome[]) =>
    (good: ChannelOperations): ChannelOperations => ({
      ...good,
      outcomes: async (tickets, options) => ((await good.outcomes?.(tickets, options)) ?? []).flatMap(change),
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
      defect: 'calls an accepted row applied',
      spoil: withOutcomes((outcome) =>
        outcome.kind === 'accepted'
          ? [{ writeId: outcome.writeId, kind: 'applied', quantity: 3 }]
          : [outcome],
      ),
    },
    {
      defect: 'gives one ticket for the whole feed',
      spoil: withOutcomes((outcome) =>
        outcome.kind === 'accepted'
          ? [{ ...outcome, ticket: outcome.ticket.replace(/#.*/, '#0') }]
          : [outcome],
      ),
    },
    {
      defect: 'takes every row of a finished feed for applied',
      spoil: withTickets((outcome) =>
        outcome.kind === 'refused' ? [{ ticket: outcome.ticket, kind: 'applied', quantity: 3 }] : [outcome],
      ),
    },
    {
      defect: 'takes a ticket that nobody knows for refused',
      spoil: withTickets((outcome) =>
        outcome.kind === 'unknown'
          ? [{ ticket: outcome.ticket, kind: 'refused', error: new Unavailable('gone', false) }]
          : [outcome],
      ),
    },
    {
      defect: 'leaves out tickets that nobody knows',
      spoil: withTickets((outcome) => (outcome.kind === 'unknown' ? [] : [outcome])),
    },
    {
      defect: 'ships again what is told again',
      spoil: (good) => ({
        ...good,
        ship: (shipment, options) =>
          good.ship({ ...shipment, shipmentId: `${shipment.shipmentId} ${randomUUID()}` }, options),
      }),
    },
    {
      defect: 'ships the whole order for a part of it',
      spoil: (good) => ({
        ...good,
        async ship(shipment, options) {
          const { lines } = await good.order(shipment.orderExternalId)
          const whole = lines.map(({ externalId, current }) => ({
            lineExternalId: externalId,
            quantity: current,
          }))
          return await good.ship({ ...shipment, lines: whole }, options)
        },
      }),
    },
    {
      defect: 'cancels again what is told again',
      spoil: (good) => ({
        ...good,
        cancel: async ({ cancellationId: _, ...cancellation }, options) =>
          good.cancel?.(cancellation, options),
      }),
    },
    { defect: 'says nothing of where it goes', spoil: withOrder(({ destination: _, ...order }) => order) },
    {
      defect: 'names the shopper in the order',
      spoil: (good) => ({
        ...good,
        async order(id, options) {
          const order = await good.order(id, options)
          const recipient = await good.recipient?.(id)
          return { ...order, number: `${order.number} for ${recipient?.name}` }
        },
      }),
    },
    {
      defect: 'takes a withheld recipient for a failure',
      spoil: (good) => ({
        ...good,
        async recipient(id, options) {
          const found = await good.recipient?.(id, options)
          if (found === undefined) throw new Malformed('nobody', '')
          return found
        },
      }),
    },
    {
      defect: 'declares tickets and cannot be asked',
      spoil: ({ outcomes: _, ...good }) => good,
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
