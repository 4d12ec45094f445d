import { describe, expect, test } from 'vitest'
import type { ChannelOperations, Connector } from '../../contract.ts'
import { Invalid, Unavailable } from '../../errors.ts'
import type { WarehouseOperations, WarehouseTerms } from '../../warehouse/operations.ts'
import type { WarehouseShipment } from '../../warehouse/shapes.ts'
import { conformanceCases, createConformanceWorld, describeConformance, unclaimedCases } from '../index.ts'
import { sampleWarehouse } from './sample-warehouse.ts'
import { DEPOT, startSampleWarehouse } from './sample-warehouse-simulator.ts'

type Sample = typeof sampleWarehouse extends Connector<infer S, infer C> ? Connector<S, C> : never

async function start(
  connector: Sample = sampleWarehouse,
  options: Parameters<typeof startSampleWarehouse>[0] = {},
) {
  const simulator = await startSampleWarehouse(options)
  const credentials = { token: DEPOT.token, webhookSecret: DEPOT.secret }
  return createConformanceWorld({
    connector,
    simulator,
    settings: { url: simulator.url },
    credentials,
    wrongCredentials: { ...credentials, token: 'wrong' },
    wrongWebhookCredentials: { ...credentials, webhookSecret: 'wrong' },
    unknown: {
      listingExternalId: '999999',
      orderExternalId: '999999',
      level: { stockUnitId: '999999', locationId: 'F1' },
    },
    withUnknownOrderStatus: (body) => body.replaceAll('"state":"working"', '"state":"teleported"'),
  })
}

describeConformance('sample warehouse', { connector: sampleWarehouse, start: () => start() })

const withTerms = (terms: Partial<WarehouseTerms>): Sample => {
  const { warehouse } = sampleWarehouse.manifest
  if (warehouse === undefined) throw new Error('the sample is a warehouse')
  return {
    ...sampleWarehouse,
    manifest: { ...sampleWarehouse.manifest, warehouse: { ...warehouse, ...terms } },
  }
}

const readsBack = withTerms({ requests: 'by-read-back' })
describeConformance('sample warehouse that does not look at references', {
  connector: readsBack,
  start: () => start(readsBack, { looksAtReferences: false }),
})

test('a warehouse that does not look at references may not be said to', async () => {
  const titles = [
    'I3: request: asked again under one id',
    'I3: request: asked twice at once',
    'I3: request: an answer that was lost',
  ]
  for (const title of titles) {
    const found = conformanceCases(sampleWarehouse).find((each) => each.title.startsWith(title))
    const world = await start(sampleWarehouse, { looksAtReferences: false })
    try {
      await expect(found?.story(world), title).rejects.toThrow()
    } finally {
      await world.close()
    }
  }
})

describe('a warehouse with a defect is caught, by the case that is about it', () => {
  const withWarehouse =
    (change: (good: WarehouseOperations) => Partial<WarehouseOperations>) =>
    (good: ChannelOperations): ChannelOperations => {
      if (good.warehouse === undefined) throw new Error('the sample is a warehouse')
      return { ...good, warehouse: { ...good.warehouse, ...change(good.warehouse) } }
    }
  const withShipment = (change: (shipment: WarehouseShipment) => WarehouseShipment) =>
    withWarehouse((good) => ({
      findShipment: async (id, options) => {
        const found = await good.findShipment(id, options)
        return found === undefined ? undefined : change(found)
      },
    }))
  const spoiledBy = (spoil: (good: ChannelOperations) => ChannelOperations): Sample => ({
    ...sampleWarehouse,
    open: (context) => spoil(sampleWarehouse.open(context)),
  })
  let copies = 0

  const defects: [string, string, Sample][] = [
    [
      'asks under a new reference each time',
      'I3: request: asked again under one id it is the same, and ships once',
      spoiledBy(
        withWarehouse((good) => ({
          requestShipment: (request, options) => {
            copies += 1
            return good.requestShipment(
              { ...request, shipmentId: `${request.shipmentId}-${copies}` },
              options,
            )
          },
        })),
      ),
    ],
    [
      'takes a lost answer for one that never left',
      'I3: request: an answer that was lost is made sure of, and it ships once',
      spoiledBy(
        withWarehouse((good) => ({
          requestShipment: (request, options) =>
            good.requestShipment(request, options).catch((error: Error) => {
              throw new Unavailable(error.message, false)
            }),
        })),
      ),
    ],
    [
      'finds anything',
      'request: what nobody asked for is not found',
      spoiledBy(
        withWarehouse((good) => ({
          findShipment: async (id, options) =>
            (await good.findShipment(id, options)) ??
            (await good.shipments?.({ since: new Date(0), cursor: undefined }))?.rows[0],
        })),
      ),
    ],
    [
      'says whose address it was',
      'request: a bad address is Invalid and named, and says nothing of who lives there',
      spoiledBy(
        withWarehouse((good) => ({
          requestShipment: (request, options) =>
            good.requestShipment(request, options).catch(() => {
              throw new Invalid(`${request.recipient.name} has no city`, 'recipient.city')
            }),
        })),
      ),
    ],
    [
      'takes held for received',
      'shipment: held for an address: held',
      spoiledBy(
        withShipment((shipment) => ({
          ...shipment,
          state: shipment.state === 'held' ? 'received' : shipment.state,
        })),
      ),
    ],
    [
      'tells the newest parcel only',
      'shipment: a part has left, and then the rest: shipped',
      spoiledBy(withShipment((shipment) => ({ ...shipment, parcels: shipment.parcels.slice(-1) }))),
    ],
    [
      'calls what has left in part shipped',
      'shipment: a part has left: working',
      spoiledBy(
        withShipment((shipment) => ({
          ...shipment,
          state: shipment.parcels.length > 0 ? 'shipped' : shipment.state,
        })),
      ),
    ],
    [
      'forgets the lots',
      'shipment: the lots that left are told',
      spoiledBy(
        withShipment((shipment) => ({
          ...shipment,
          parcels: shipment.parcels.map((parcel) => ({
            ...parcel,
            lines: parcel.lines.map((line) => ({ ...line, lot: undefined })),
          })),
        })),
      ),
    ],
    [
      'stops after the first page',
      'shipments: paging misses none while they change, and what changed comes again',
      spoiledBy(
        withWarehouse((good) => ({
          shipments: async (query, options) => {
            if (good.shipments === undefined) throw new Error('the sample has shipments')
            return { ...(await good.shipments(query, options)), next: undefined }
          },
        })),
      ),
    ],
    [
      'guesses a state',
      'shipment: a state that was never documented is an unreadable row, not a guess',
      spoiledBy(
        withWarehouse((good) => ({
          shipments: async (query, options) => {
            if (good.shipments === undefined) throw new Error('the sample has shipments')
            return { ...(await good.shipments(query, options)), unreadable: [] }
          },
        })),
      ),
    ],
    [
      'calls too late cancelled',
      'cancel: when it has left: too late',
      spoiledBy(withWarehouse(() => ({ cancelShipment: async () => 'cancelled' }))),
    ],
    [
      'declares that it can cancel until it ships',
      'cancel: while it is being worked on: it is cancelled',
      withTerms({ cancel: 'until-shipped' }),
    ],
    [
      'leaves out what is promised',
      'counts: on hand is all that lies there, what is promised and what is damaged included',
      spoiledBy((good) => ({
        ...good,
        counts: async (...given) => {
          const page = await good.counts?.(...given)
          if (page === undefined) throw new Error('the sample counts')
          return { ...page, rows: page.rows.map((row) => ({ ...row, onHand: row.available })) }
        },
      })),
    ],
    [
      'announces anew each time',
      'I3: inbound: announced twice, and after a lost answer, it is one delivery',
      spoiledBy(
        withWarehouse((good) => ({
          announceInbound: async (notice, options) => {
            if (good.announceInbound === undefined) throw new Error('the sample announces')
            copies += 1
            return good.announceInbound({ ...notice, inboundId: `${notice.inboundId}-${copies}` }, options)
          },
        })),
      ),
    ],
    [
      'tells of a return anew each time',
      'I3: return notice: told twice, and after a lost answer, one return is expected',
      spoiledBy(
        withWarehouse((good) => ({
          announceReturn: async (notice, options) => {
            if (good.announceReturn === undefined) throw new Error('the sample takes word of returns')
            copies += 1
            const { externalId } = await good.announceReturn(
              { ...notice, returnId: `${notice.returnId}-${copies}` },
              options,
            )
            return { externalId }
          },
        })),
      ),
    ],
    [
      'takes nothing back',
      'return notice: taken back, nothing is expected; again it is the same; what has come stays',
      spoiledBy(withWarehouse(() => ({ withdrawReturn: async () => 'withdrawn' }))),
    ],
    [
      'makes another return of what comes',
      'return notice: what comes of it is told as the same return, by its id, its number or ours',
      spoiledBy(
        withWarehouse((good) => ({
          returns: async (query, options) => {
            if (good.returns === undefined) throw new Error('the sample tells of returns')
            const page = await good.returns(query, options)
            const rows = page.rows.map((row) => ({
              ...row,
              returnId: undefined,
              number: undefined,
              externalId: `B${row.externalId}`,
            }))
            return { ...page, rows }
          },
        })),
      ),
    ],
    [
      'takes damaged for sellable',
      'receipts: damaged units are told as damaged',
      spoiledBy(
        withWarehouse((good) => ({
          receipts: async (query, options) => {
            if (good.receipts === undefined) throw new Error('the sample receives')
            const page = await good.receipts(query, options)
            const rows = page.rows.map((row) => ({
              ...row,
              lines: row.lines.map((line) => ({ ...line, condition: 'sellable' as const })),
            }))
            return { ...page, rows }
          },
        })),
      ),
    ],
    [
      'verifies everything',
      'webhooks: a forged one is never verified',
      { ...sampleWarehouse, webhooks: { ...sampleWarehouse.webhooks, verify: () => true } },
    ],
  ]

  test.each(defects)('%s', { timeout: 30_000 }, async (_, title, connector) => {
    const found = conformanceCases(connector).find((each) => each.title === title)
    if (found === undefined) throw new Error(`no case is called ${title}`)
    const world = await start(connector)
    try {
      await expect(found.story(world)).rejects.toThrow()
    } finally {
      await world.close()
    }
  })

  test('what is not declared is named, with the reason', () => {
    const less = withTerms({ lots: false, serials: false, cancel: false, requests: 'by-read-back' })
    const titles = unclaimedCases(less).map(({ title, why }) => [title, why])
    expect(titles).toContainEqual(['shipment: the lots that left are told', 'its `lots` is false'])
    expect(titles).toContainEqual(['cancel: when it has left: too late', 'its `cancel` is false'])
    expect(titles).toContainEqual([expect.stringContaining('asked again'), expect.stringContaining('by-key')])
    expect(unclaimedCases(sampleWarehouse).map(({ title }) => title)).toEqual([
      expect.stringMatching(/^tokens|^grant/),
      expect.stringMatching(/^tokens|^grant/),
      expect.stringMatching(/^tokens|^grant/),
      expect.stringMatching(/^tokens|^grant/),
      expect.stringMatching(/^tokens|^grant/),
      expect.stringMatching(/^tokens|^grant/),
    ])
  })
})
