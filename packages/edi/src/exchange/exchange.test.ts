import { rm, utimes } from 'node:fs/promises'
import path from 'node:path'
import { type Folder, Unavailable } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ShippingAdvice } from '../documents.ts'
import { toReference } from '../reference.ts'
import {
  adjustment,
  advice,
  lineId,
  openExchange,
  report,
  request,
  shipmentId,
  withLine,
} from '../testing/exchange-world.ts'
import { type WrittenDocument, writeAcknowledgements } from '../write.ts'
import { createExchange } from './exchange.ts'

// The exchange over real folders. The partner is this test: it reads what it is sent and answers by hand.

test('asked for, acknowledged, shipped: each step is told, files are archived, ours is acknowledged', async () => {
  const world = await openExchange()
  const { externalId } = await world.exchange.requestShipment(request)
  const [order] = await world.sent()
  expect(order?.sets[0]?.documents[0]).toMatchObject({
    kind: 'shipping-order',
    document: {
      reference: externalId,
      number: '#1001',
      method: 'ground',
      lines: [{ sku: 'BOTTLE', quantity: 5 }],
    },
  })
  expect(await world.exchange.findShipment(shipmentId)).toMatchObject({ state: 'received', shipmentId })
  if (order === undefined) throw new Error('nothing was sent')
  const taken = writeAcknowledgements(order, { controlNumber: 9, at: new Date() }, world.partner)
  await world.tell(taken ?? '')
  await world.tell(world.write(advice()))
  const { events, problems } = await world.pullAll()
  expect(problems).toEqual([])
  expect(events.at(-1)).toMatchObject({
    kind: 'shipment',
    shipment: {
      shipmentId,
      state: 'shipped',
      problem: undefined,
      parcels: [
        {
          carrier: 'UPS',
          trackingNumber: '1Z999',
          lines: [{ lineId, sku: 'BOTTLE', quantity: 5, lot: 'L-1' }],
        },
      ],
    },
  })
  expect(await world.names('in')).toEqual([])
  expect(await world.names('archive')).toHaveLength(2)
  const acknowledgements = (await world.sent()).slice(1)
  expect(acknowledgements.map(({ sets }) => sets[0]?.documents[0])).toMatchObject([
    { kind: 'acknowledgement', document: { isAccepted: true, functionalId: 'SW' } },
  ])
  expect(await world.exchange.pull()).toEqual([])
})

test('I3: asked again, at once and after any crash, it is one order with one control number', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('write', 'note', 'keep', 'none'), { maxLength: 6 }),
      async (crashes) => {
        const world = await openExchange()
        const dying = (when: string) => {
          const die = () => Promise.reject(new Unavailable('the process died', true))
          const folder: Folder = when === 'write' ? { ...world.folder, write: die } : world.folder
          return createExchange({
            ...world.terms,
            folder,
            log: {
              ...world.log,
              ...(when === 'keep' && { keep: die }),
              ...(when === 'note' && { noteDelivered: die }),
            },
          })
        }
        for (const when of crashes)
          await dying(when)
            .requestShipment(request)
            .catch(() => undefined)
        // One of the two may be told to come again: both write one file.
        await Promise.allSettled([
          world.exchange.requestShipment(request),
          createExchange(world.terms).requestShipment(request),
        ])
        await world.exchange.requestShipment(request)
        const other = { ...request, shipmentId: lineId }
        await world.exchange.requestShipment(other)
        await world.exchange.pull()
        const sent = await world.sent()
        expect(sent.map(({ sets }) => sets[0]?.documents[0])).toMatchObject([
          { document: { reference: toReference(shipmentId, 'short') } },
          { document: { reference: toReference(lineId, 'short') } },
        ])
        const numbers = sent.map(({ interchange }) => Number(interchange.controlNumber))
        expect(numbers[1]).toBe((numbers[0] ?? 0) + 1)
      },
    ),
    fromEnvironment({ numRuns: 25 }),
  )
})

test('not acknowledged in time, it is a problem, and sent again with the same number, so often and no more', async () => {
  const world = await openExchange({ acknowledgements: { withinMinutes: 30, resendsMax: 2 } })
  await world.exchange.requestShipment(request)
  const [first] = await world.sent()
  const [name = ''] = await world.names('out')
  // The partner has fetched it, and says nothing.
  const fetched = async () => {
    const again = await world.names('out')
    for (const each of again) await rm(path.join(world.root, 'out', each))
    return again
  }
  await fetched()
  await world.clock.advance(29 * 60_000)
  await world.exchange.pull()
  expect(await fetched()).toEqual([])
  await world.clock.advance(60_000)
  expect(await world.exchange.findShipment(shipmentId)).toMatchObject({
    state: 'held',
    problem: { code: 'not-acknowledged' },
  })
  const { rows } = await world.exchange.shipments({ since: new Date(world.clock.now()), cursor: undefined })
  expect(rows).toMatchObject([{ shipmentId, state: 'held' }])
  await world.exchange.pull()
  expect(await world.read('out', name)).toBe(first?.text)
  await fetched()
  await createExchange(world.terms).pull()
  expect(await fetched()).toEqual([])
  for (let hour = 0; hour < 5; hour += 1) {
    await world.clock.advance(60 * 60_000)
    await world.exchange.pull()
  }
  expect(await fetched()).toEqual([name])
  // An acknowledgement that comes after all of this ends it.
  if (first === undefined) throw new Error('nothing was sent')
  await world.tell(writeAcknowledgements(first, { controlNumber: 9, at: new Date() }, world.partner) ?? '')
  await world.pullAll()
  expect(await world.exchange.findShipment(shipmentId)).toMatchObject({
    state: 'received',
    problem: undefined,
  })
})

test('refused by the partner’s translator it is rejected, and the segment is named', async () => {
  const world = await openExchange()
  await world.exchange.requestShipment(request)
  const [order] = await world.sent()
  const control = Number(order?.interchange.controlNumber)
  const isa = (order?.text ?? '').slice(0, 106)
  const swapped = isa.slice(0, 32) + isa.slice(51, 69) + isa.slice(50, 51) + isa.slice(32, 50) + isa.slice(69)
  const body = [
    `GS*FA*5550001111*PLIMSOLL*20261126*1200*7*X*004010`,
    'ST*997*0001',
    `AK1*OW*${control}`,
    'AK2*940*0001',
    'AK3*W01*12**8',
    'AK4*5*234*7',
    'AK5*R*5',
    'AK9*R*1*1*0',
    'SE*8*0001',
    'GE*1*7',
    `IEA*1*${isa.slice(90, 99)}`,
  ]
  await world.tell(swapped + body.map((line) => `${line}~`).join(''))
  const { events, problems } = await world.pullAll()
  expect(problems).toEqual([])
  expect(events).toMatchObject([
    {
      kind: 'shipment',
      shipment: {
        state: 'rejected',
        problem: {
          code: 'edi-rejected',
          message: expect.stringContaining('940 segment 12 W01 element 5 code 7'),
        },
      },
    },
  ])
})

test('I3: advices in any order, twice, in one file or several: the shipment is the same', async () => {
  const documents = [
    withLine(2, 'later', '1Z-A', '2026-11-26T20:00:00Z'),
    withLine(1, 'later', '1Z-B', '2026-11-26T21:00:00Z'),
    withLine(1, 'never', '1Z-C', '2026-11-26T22:00:00Z'),
  ]
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([0, 1, 2, 0, 1, 2], { minLength: 6 }),
      fc.boolean(),
      async (order, isOneFile) => {
        const world = await openExchange()
        await world.exchange.requestShipment(request)
        const texts = documents.map((document) => world.write(document))
        if (isOneFile)
          await world.tell(
            world.write(...order.slice(0, 3).flatMap((at) => documents[at] ?? []), ...documents),
          )
        else for (const at of order) await world.tell(texts[at] ?? '')
        await world.pullAll()
        const found = await world.exchange.findShipment(shipmentId)
        expect(found).toMatchObject({
          state: 'shipped',
          problem: { code: 'short', message: 'BOTTLE: 4 of 5' },
        })
        expect(found?.parcels.map(({ externalId, lines }) => [externalId, lines[0]?.quantity])).toEqual([
          ['1Z-A', 2],
          ['1Z-B', 1],
          ['1Z-C', 1],
        ])
      },
    ),
    fromEnvironment({ numRuns: 15 }),
  )
})

test('a set that cannot be read is refused by itself: the others count, the partner and a person hear which', async () => {
  const world = await openExchange()
  await world.exchange.requestShipment(request)
  const bad = {
    ...advice(),
    document: { ...(advice().document as ShippingAdvice), reference: 'OTHER' },
  } as WrittenDocument
  const text = world.write(bad, advice())
  await world.tell(text.replace('*5*5*0*EA', '*5*x*0*EA'))
  const { events, problems } = await world.pullAll()
  expect(events).toMatchObject([{ kind: 'shipment', shipment: { state: 'shipped' } }])
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(/945 .*segment \d+ W12 element 3: "x" is no whole number of units/)
  const [, answer] = await world.sent()
  expect(answer?.sets[0]?.documents[0]).toMatchObject({
    kind: 'acknowledgement',
    document: {
      isAccepted: false,
      sets: [{ isAccepted: false, errors: [{ tag: 'W12', element: 3 }] }, { isAccepted: true }],
    },
  })
})

test('a file that is still being written waits; one that is whole and wrong is a problem of its own', async () => {
  const world = await openExchange()
  const text = world.write(advice())
  await world.tell(text.slice(0, -30), 'a.edi')
  await utimes(path.join(world.root, 'in', 'a.edi'), world.clock.now() / 1_000, world.clock.now() / 1_000)
  expect(await world.exchange.pull()).toEqual([])
  await world.clock.advance(180_000)
  expect((await world.pullAll()).problems[0]).toMatch(/a\.edi: .*ends within a segment|IEA/)
  await world.tell('not EDI at all', 'b.edi')
  expect((await world.pullAll()).problems[0]).toMatch(/does not begin with ISA/)
})

test('what the partner puts under the same name before it is archived is not lost', async () => {
  const world = await openExchange()
  await world.exchange.requestShipment(request)
  await world.tell(world.write(withLine(2, 'later', '1Z-A', '2026-11-26T20:00:00Z')), 'ship.edi')
  const [message] = await world.exchange.pull()
  await world.tell(world.write(withLine(3, 'never', '1Z-B', '2026-11-26T21:00:00Z')), 'ship.edi')
  await world.exchange.acknowledge([message?.receipt ?? ''])
  expect(await world.names('in')).toEqual(['ship.edi'])
  await world.pullAll()
  expect(await world.exchange.findShipment(shipmentId)).toMatchObject({
    state: 'shipped',
    problem: undefined,
  })
})

test('cancelled in time, too late, and by the acknowledgement where that is agreed', async () => {
  const world = await openExchange()
  await world.exchange.requestShipment(request)
  expect(await world.exchange.cancelShipment({ shipmentId })).toBe('asked')
  expect(await world.exchange.cancelShipment({ shipmentId })).toBe('asked')
  const sent = await world.sent()
  expect(sent).toHaveLength(2)
  expect(sent[1]?.text).toContain(`W05*F*${toReference(shipmentId, 'short')}`)
  expect(sent[1]?.text).not.toContain('Ada')
  await world.tell(world.write(withLine(0, 'never', '1Z', '2026-11-26T20:00:00Z')))
  await world.pullAll()
  expect(await world.exchange.findShipment(shipmentId)).toMatchObject({ state: 'cancelled', parcels: [] })
  expect(await world.exchange.cancelShipment({ shipmentId })).toBe('cancelled')

  const late = await openExchange()
  await late.exchange.requestShipment(request)
  await late.tell(late.write(advice()))
  await late.pullAll()
  expect(await late.exchange.cancelShipment({ shipmentId })).toBe('too-late')
  await expect(late.exchange.cancelShipment({ shipmentId: lineId })).rejects.toMatchObject({
    kind: 'not-found',
  })

  const agreed = await openExchange({ cancel: { confirmedBy: 'acknowledgement' } })
  await agreed.exchange.requestShipment(request)
  await agreed.exchange.cancelShipment({ shipmentId })
  for (const each of await agreed.sent())
    await agreed.tell(
      writeAcknowledgements(each, { controlNumber: agreed.next(), at: new Date() }, agreed.partner) ?? '',
    )
  await agreed.pullAll()
  expect((await agreed.exchange.findShipment(shipmentId))?.state).toBe('cancelled')
})

test('a text with a separator is refused before it has a number, and so is an unknown place', async () => {
  const world = await openExchange()
  const spoilt = { ...request, recipient: { ...request.recipient, city: 'Spring~field' } }
  await expect(world.exchange.requestShipment(spoilt)).rejects.toMatchObject({ kind: 'invalid' })
  await expect(world.exchange.requestShipment({ ...request, locationId: 'X' })).rejects.toMatchObject({
    field: 'locationId',
  })
  expect(await world.names('out')).toEqual([])
  await world.exchange.requestShipment(request)
  expect((await world.sent())[0]?.interchange.controlNumber).toBe('000000001')
})

test('counts: the newest report, adjusted since; what it does not name is left out', async () => {
  const world = await openExchange()
  await world.tell(
    world.write(
      report('2026-11-26T06:00:00Z', [
        ['BOTTLE', 50, 2],
        ['CUP', 7, 0],
      ]),
    ),
    'new.edi',
  )
  await world.tell(
    world.write(
      report('2026-11-25T06:00:00Z', [
        ['OLD', 9, 0],
        ['BOTTLE', 99, 0],
      ]),
    ),
    'old.edi',
  )
  await world.tell(world.write(adjustment('A-1', '2026-11-26T10:00:00Z', -3)))
  const { events } = await world.pullAll()
  expect(events).toEqual([{ kind: 'counted' }, { kind: 'counted' }, { kind: 'counted' }])
  expect(await world.exchange.counts()).toMatchObject([
    {
      stockUnitId: 'BOTTLE',
      onHand: 47,
      held: 2,
      available: 45,
      countedAt: new Date('2026-11-26T06:00:00Z'),
    },
    { stockUnitId: 'CUP', onHand: 7 },
  ])
})
