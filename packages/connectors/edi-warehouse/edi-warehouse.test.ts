import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createMemoryFileLog, type FileLog, openFolder, systemClock } from '@plimsoll/connector-kit'
import { conformanceCases, offlineContext } from '@plimsoll/connector-kit/conformance'
import { createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import type { PartnerProfileInput } from '@plimsoll/edi'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connector } from './index.ts'
import { createEdiWarehouseSimulator, simulatedAgreement } from './simulator/index.ts'

// The connector against its simulated partner, over a real SFTP server.

/** Cases of the suite that a partner who answers by files cannot have, each with the reason. */
const notByFiles: [RegExp, string][] = [
  [/revoked credentials/, 'a session that stands is not ended by a password'],
  [
    /answer that was lost|after a lost answer|one that never arrived/,
    'HTTP; crashes at each step are in exchange.test.ts',
  ],
  [/unknown SKU/, 'the partner says so later, in an advice in which nothing ships'],
  [/being worked on: working|held for an address|cancelled by its people/, 'no set says so'],
  [
    /never documented|^failures:|while they change/,
    'HTTP, or a page that is fetched while another is written',
  ],
]

async function open(given: { agreement?: PartnerProfileInput; log?: FileLog } = {}) {
  const simulator = await createEdiWarehouseSimulator(given)
  const log = given.log ?? createMemoryFileLog(() => systemClock.now())
  const withFiles: typeof connector = {
    ...connector,
    open: (context) =>
      connector.open({
        ...context,
        files: {
          log,
          open(place) {
            const folder = openFolder(place, { clock: systemClock, localRoot: undefined })
            onTestFinished(() => folder.close())
            return folder
          },
        },
      }),
  }
  const world = await createConformanceWorld({
    connector: withFiles,
    simulator,
    settings: simulator.settings,
    credentials: simulator.credentials,
    wrongCredentials: { ...simulator.credentials, password: 'wrong' },
    wrongWebhookCredentials: simulator.credentials,
    unknown: {
      listingExternalId: 'NO-SUCH',
      orderExternalId: 'NO-SUCH',
      level: { stockUnitId: 'NO-SUCH', locationId: 'NORTH' },
    },
    withUnknownOrderStatus: (body) => body,
  })
  onTestFinished(() => simulator.close())
  // Files name SKUs; the floor's own ids of stock units stay on it.
  const { addProducts, seed } = world
  const bySku = <T extends { sku: string }>(rows: readonly T[]) =>
    rows.map((row) => ({ ...row, stockUnitId: row.sku }))
  return {
    simulator,
    world: {
      ...world,
      addProducts: async (...more: Parameters<typeof addProducts>) => bySku(await addProducts(...more)),
      seed: async (...more: Parameters<typeof seed>) => bySku(await seed(...more)),
    },
  }
}

describe('the suite of warehouses', () => {
  const cases = conformanceCases(connector)
  const owed = cases.filter(({ title }) => !notByFiles.some(([pattern]) => pattern.test(title)))

  test('each reason to leave a case out is about one', () => {
    for (const [pattern] of notByFiles) expect(cases.some(({ title }) => pattern.test(title))).toBe(true)
  })

  test.each(owed.map((each) => [each.title, each] as const))(
    '%s',
    async (_, { story }) => {
      await story((await open()).world)
    },
    60_000,
  )
})

const edifact: PartnerProfileInput = {
  name: 'Simulated EDI warehouse',
  syntax: 'edifact',
  version: 'D96A',
  us: { qualifier: '14', id: '4000000000001' },
  partner: { qualifier: '14', id: '4000000000002' },
  usage: 'production',
  zone: 'Europe/Berlin',
  sets: ['INSDES', 'DESADV', 'RECADV', 'INVRPT'],
  locations: [{ id: 'NORTH' }, { id: 'SOUTH' }],
}
const agreements: [string, PartnerProfileInput][] = [
  ['X12 5010 with 999', { ...simulatedAgreement, version: '5010', acknowledgements: { kind: '999' } }],
  ['EDIFACT', edifact],
]

test.each(agreements)(
  '%s: asked for, shipped in part and then the rest, every file twice, and nothing ships twice',
  async (_, agreement) => {
    const { world, simulator } = await open({ agreement })
    simulator.partner.moods.copies = 2
    const { operations } = world
    const warehouse = operations.warehouse
    const { floor } = simulator
    if (warehouse === undefined || floor === undefined) throw new Error('it is a warehouse')
    floor.addItem({ sku: 'BOTTLE', title: 'Bottle' })
    floor.adjust({ facilityId: 'NORTH', sku: 'BOTTLE', sellable: 20, reason: 'found' })
    const shipmentId = crypto.randomUUID()
    const lineId = crypto.randomUUID()
    const request = {
      shipmentId,
      number: '#1001',
      placedAt: new Date(),
      locationId: 'NORTH',
      recipient: {
        name: 'Ada Example',
        company: undefined,
        addressLines: ['1 Long Street'],
        city: 'Springfield',
        region: 'IL',
        postalCode: '62704',
        country: 'US',
        phone: undefined,
        email: undefined,
      },
      lines: [
        {
          lineId,
          sku: 'BOTTLE',
          stockUnitId: 'BOTTLE',
          quantity: 5,
          title: 'Bottle',
          lot: undefined,
          unitValue: undefined,
        },
      ],
      method: undefined,
      currency: 'EUR',
      shipBy: undefined,
      note: undefined,
    }
    await warehouse.requestShipment(request)
    await warehouse.requestShipment(request)
    const [made] = floor.requests.all()
    expect(simulator.partner.problems).toEqual([])
    if (made === undefined) throw new Error('the partner has read nothing')
    floor.requests.step(made.id, { step: 'ship-part', lines: [{ sku: 'BOTTLE', quantity: 2 }] })
    floor.requests.step(made.id, { step: 'ship' })
    const events = []
    for (let round = 0; round < 5; round += 1)
      for (const message of (await operations.pull?.()) ?? []) {
        events.push(...connector.webhooks.parse(message))
        await operations.acknowledge?.([message.receipt])
      }
    const shown = await warehouse.findShipment(shipmentId)
    expect(shown).toMatchObject({ state: 'shipped', problem: undefined })
    expect(
      shown?.parcels.map(({ lines }) => lines.map(({ lineId: id, quantity }) => [id, quantity])),
    ).toEqual([[[lineId, 2]], [[lineId, 3]]])
    expect(events.filter((event) => event.kind === 'shipment').at(-1)).toMatchObject({
      shipment: { shipmentId, state: 'shipped' },
    })
    expect(simulator.tree.namesIn('/edi/in')?.filter(({ isFolder }) => !isFolder)).toEqual([])
    expect(floor.verdict([{ facilityId: 'NORTH', sku: 'BOTTLE', onHand: 15 }])).toMatchObject({
      shippedTwice: 0,
      countsAgree: true,
    })
    const { rows = [] } = (await operations.counts?.(undefined)) ?? {}
    expect(rows).toMatchObject([{ stockUnitId: 'BOTTLE', locationId: 'NORTH', onHand: 15 }])
  },
  60_000,
)

test.each(['example.json', 'example-edifact.json'])('%s is a whole profile', (name) => {
  const profile = readFileSync(path.join(import.meta.dirname, name), 'utf8')
  expect(connector.manifest.settings.safeParse({ server: 'folder:scoot', profile }).error).toBeUndefined()
})

test('the form names what is wrong with a profile', () => {
  const { settings } = connector.manifest
  const given = { server: 'folder:scoot', profile: JSON.stringify({ ...edifact, version: '4010' }) }
  const read = settings.safeParse(given)
  expect(read.error?.issues.map(({ message }) => message)).toEqual(['version: no version of edifact'])
  expect(settings.safeParse({ ...given, profile: '{' }).error?.issues[0]?.message).toMatch(/no JSON/)
  expect(settings.safeParse({ ...given, server: 'ftp://x' }).success).toBe(false)
})

test('a connection that is only tried keeps nothing and says so', async () => {
  const simulator = await createEdiWarehouseSimulator()
  onTestFinished(() => simulator.close())
  const { settings, credentials } = simulator
  const operations = connector.open(offlineContext({ settings, credentials }))
  expect(await operations.check()).toMatchObject({ account: 'Simulated EDI warehouse', missingScopes: [] })
  await expect(operations.listings(undefined)).rejects.toMatchObject({ kind: 'forbidden' })
})
