import type { ChannelOperations } from '@plimsoll/connector-kit'
import { describe, expect, test } from 'vitest'
import type { MagentoSimulatorOptions } from './simulator/index.ts'
import { connect } from './testing/connect.ts'
import { loadPublishedContract, type SeenRequest } from './testing/published-contract.ts'
import { startVariedShop } from './testing/varied-shop.ts'

/**
 * Every request of the connector, and every answer of the simulator to it, held to the published contract: so that the
 * two do not merely agree with each other.
 */

type Seen = { request: SeenRequest; answer: unknown }

/** All that a hub does with a connection, once. */
async function doEverything(
  operations: ChannelOperations,
  { begun, paid, open }: Record<'begun' | 'paid' | 'open', string>,
): Promise<void> {
  await operations.check()
  const [location] = await operations.locations()
  const { rows } = await operations.listings(undefined)
  await operations.listing(rows[0]?.externalId ?? '')
  const writes = rows
    .filter(({ tracked }) => tracked)
    .map(({ stockUnitId }) => ({
      writeId: stockUnitId,
      stockUnitId,
      locationId: location?.externalId ?? '',
      quantity: 33,
      expected: undefined,
    }))
  await operations.levels(writes)
  await operations.setLevels(writes)
  const many = Array.from({ length: 20 }, (_, at) => ({
    ...writes[0],
    ...writes[at % writes.length],
    writeId: `${at}`,
  }))
  const outcomes = await operations.setLevels(
    many.flatMap((one) => (one.stockUnitId === undefined ? [] : [one as (typeof writes)[number]])),
    { urgency: 'increase' },
  )
  await operations.outcomes?.(outcomes.flatMap((one) => (one.kind === 'accepted' ? [one.ticket] : [])))
  await operations.withdraw?.(rows[0]?.externalId ?? '')
  await operations.reinstate?.(rows[0]?.externalId ?? '')
  await operations.orders({ since: new Date(0), cursor: undefined })
  await operations.countOrders?.({ from: new Date(0), to: new Date('2099-01-01') })
  for (const stream of ['shipments', 'creditmemos'])
    await operations.stream?.(stream, { since: new Date(0), cursor: undefined })
  const order = await operations.order(begun)
  await operations.recipient?.(begun)
  await operations.ship({
    shipmentId: 'our-1',
    orderExternalId: begun,
    lines: order.lines.map(({ externalId, current, shipped }) => ({
      lineExternalId: externalId,
      quantity: current - shipped,
    })),
    tracking: { carrier: 'DHL', number: 'JD2', url: undefined },
    notifyCustomer: true,
  })
  for (const orderExternalId of [open, paid]) {
    const lines = undefined
    await operations.cancel?.({ orderExternalId, lines, reason: 'out-of-stock', notifyCustomer: false })
  }
}

async function seenOf(
  options: MagentoSimulatorOptions,
  paidCancellations: 'offline' | 'online',
): Promise<Seen[]> {
  const { simulator, orderIds } = await startVariedShop({ bulkDelayMs: 0, ...options })
  const seen: Seen[] = []
  try {
    const { operations } = connect(simulator, {
      settings: { asynchronousIncreases: true, paidCancellations },
      wrap: (http) => ({
        ...http,
        async send(request) {
          const response = await http.send(request)
          const url = new URL(request.url)
          const match = /\/(async\/bulk\/V1|V1\/async\/bulk|V1)\/(.*)$/.exec(url.pathname)
          if (match !== null && response.status < 300) {
            seen.push({
              request: {
                method: request.method,
                isBulk: match[1]?.includes('bulk') === true,
                path: match[2] ?? '',
                query: Object.fromEntries(url.searchParams),
                body: request.body === undefined ? undefined : JSON.parse(String(request.body)),
              },
              answer: JSON.parse(response.text),
            })
          }
          return response
        },
      }),
    })
    await doEverything(operations, orderIds)
  } finally {
    await simulator.close()
  }
  return seen
}

describe.each([
  { shop: 'many sources', file: 'admin-2.4.9.subset.swagger2.json', options: {}, paid: 'offline' },
  {
    shop: 'one stock',
    file: 'admin-2.4.9.subset.swagger2.json',
    options: { multiSource: false },
    paid: 'online',
  },
  {
    shop: 'the cloud service',
    file: 'accs-2026-07.subset.swagger2.json',
    options: { edition: 'cloud-service' },
    paid: 'offline',
  },
] as const)('$shop', ({ file, options, paid }) => {
  const contract = loadPublishedContract(file)
  test('does everything', async () => {
    const operations = new Set(
      (await seenOf(options, paid)).map(({ request }) => `${request.method} ${request.path.split('/')[0]}`),
    )
    // Or the next test would hold of nothing.
    expect(operations.size).toBeGreaterThan(10)
  })

  test.skipIf(contract === undefined)('requests and answers are as published', async () => {
    const faults = (await seenOf(options, paid)).flatMap(({ request, answer }) => [
      ...(contract?.requestFaults(request) ?? []),
      ...(contract?.answerFaults(request, answer) ?? []),
    ])
    expect([...new Set(faults)]).toEqual([])
  })
})
