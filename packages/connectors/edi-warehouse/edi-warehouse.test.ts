import { readFileSync } from 'node:fs'
import path from 'node:path'
import { offlineContext } from '@plimsoll/connector-kit/conformance'
import type { PartnerProfileInput } from '@plimsoll/edi'
import { expect, onTestFinished, test } from 'vitest'
import { startWorld } from './conformance.ts'
import { connector } from './index.ts'
import { credentials, settings } from './settings.ts'
import { createEdiWarehouseSimulator, simulatedAgreement } from './simulator/index.ts'

// The connector against its simulated partner, over a real SFTP server.

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
    const { world, simulator } = await startWorld({ agreement })
    onTestFinished(() => world.close())
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

test('a call with a file is believed by its secret, and only where calls are agreed', () => {
  const request = (authorization: string) => ({
    method: 'POST',
    url: 'https://hub.example/webhooks/1',
    headers: { authorization },
    body: Buffer.from('ISA'),
  })
  const verify = (calls: 'none' | 'token' | 'standard-webhooks', callSecret: string, authorization: string) =>
    connector.webhooks.verify(
      request(authorization),
      offlineContext({
        settings: settings.parse({ profile: JSON.stringify(edifact), server: 'folder:edi', calls }),
        credentials: credentials.parse({ callSecret }),
      }),
    )
  expect(verify('token', 's3cret', 'Bearer s3cret')).toBe(true)
  expect(verify('token', 's3cret', 'Bearer other')).toBe(false)
  expect(verify('token', '', 'Bearer ')).toBe(false)
  expect(verify('none', 's3cret', 'Bearer s3cret')).toBe(false)
  expect(verify('standard-webhooks', 's3cret', 'Bearer s3cret')).toBe(false)
})
