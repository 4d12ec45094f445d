import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ShippingOrder } from './documents.ts'
import { partnerProfile } from './profile.ts'
import { decode, readInterchange } from './read.ts'
import { edifactAgreement, x12Agreement } from './testing/agreements.ts'
import { writeDocuments } from './write.ts'

// Written by hand after published guides (README of edi-warehouse): what a partner's own translator would send.

const x12 = partnerProfile.parse({ ...x12Agreement, carriers: { UPSN: 'UPS' } })
const x12of5010 = partnerProfile.parse({ ...x12Agreement, version: '5010' })
const edifact = partnerProfile.parse({ ...edifactAgreement, encoding: 'latin1' })

function read(name: string, profile = x12) {
  const bytes = readFileSync(path.join(import.meta.dirname, 'golden', `${name}.edi`))
  const { sets, refused } = readInterchange(decode(bytes, profile), profile)
  expect(refused).toEqual([])
  return sets.flatMap(({ documents }) => documents)
}

const line = { lineReference: undefined, lot: undefined, serials: [], ordered: undefined, rest: 'never' }

test('945: two boxes, one line short; whose address it was is read nowhere', () => {
  const documents = read('945')
  expect(documents).toEqual([
    {
      kind: 'shipping-advice',
      document: {
        reference: 'ORDER-1001',
        warehouseReference: 'SHP55801',
        shippedAt: new Date('2026-11-26T20:30:00Z'),
        carrier: 'UPS',
        parcels: [
          {
            sscc: '00000012345678901234',
            trackingNumber: '1Z0000000000000001',
            lines: [
              { ...line, lineReference: '1', sku: 'BOTTLE-500', ordered: 6, quantity: 6, lot: 'LOT-A' },
            ],
          },
          {
            sscc: undefined,
            trackingNumber: '1Z0000000000000002',
            lines: [
              {
                ...line,
                lineReference: '2',
                sku: 'CUP-BLUE',
                ordered: 4,
                quantity: 3,
                serials: ['SN-1', 'SN-2', 'SN-3'],
              },
            ],
          },
        ],
      },
    },
  ])
  expect(JSON.stringify(documents)).not.toMatch(/SOMEBODY|LONG STREET/)
})

test('944: damaged units are of those received, missing ones are none', () => {
  expect(read('944')).toEqual([
    {
      kind: 'receipt',
      document: {
        receiptNumber: 'RCPT-7001',
        reference: 'PO-88',
        locationId: 'NORTH',
        receivedAt: new Date('2026-11-25T15:30:00Z'),
        isComplete: false,
        lines: [
          {
            lineReference: '1',
            sku: 'BOTTLE-500',
            quantity: 96,
            condition: 'sellable',
            lot: 'LOT-B',
            expiresOn: '2028-01-31',
          },
          {
            lineReference: '1',
            sku: 'BOTTLE-500',
            quantity: 4,
            condition: 'damaged',
            lot: 'LOT-B',
            expiresOn: '2028-01-31',
          },
          {
            lineReference: '2',
            sku: 'CUP-BLUE',
            quantity: 24,
            condition: 'sellable',
            lot: undefined,
            expiresOn: undefined,
          },
        ],
      },
    },
  ])
})

test('846: on hand and on hold by lot; where only the available is said, only that', () => {
  expect(read('846')).toMatchObject([
    {
      kind: 'stock-report',
      document: {
        locationId: 'NORTH',
        countedAt: new Date('2026-11-26T12:00:00Z'),
        rows: [
          { sku: 'BOTTLE-500', lot: 'LOT-A', expiresOn: '2027-12-31', quantities: { onHand: 120, held: 5 } },
          { sku: 'BOTTLE-500', lot: 'LOT-B', quantities: { onHand: 96 } },
          { sku: 'CUP-BLUE', lot: undefined, quantities: { available: 22 } },
        ],
      },
    },
  ])
})

test('947: what a reason changes, the profile says', () => {
  expect(read('947')).toMatchObject([
    {
      kind: 'adjustment',
      document: {
        adjustmentNumber: 'ADJ-31',
        adjustedAt: new Date('2026-11-26T17:00:00Z'),
        lines: [
          { sku: 'BOTTLE-500', lot: 'LOT-A', onHand: -3, held: 0 },
          { sku: 'CUP-BLUE', onHand: 0, held: 2 },
          { sku: 'CUP-BLUE', onHand: -1, held: 0 },
        ],
      },
    },
  ])
})

test('856: two orders in one shipment, each with its boxes', () => {
  expect(read('856')).toMatchObject([
    {
      document: {
        reference: 'ORDER-1002',
        carrier: 'UPS',
        shippedAt: new Date('2026-11-26T20:45:00Z'),
        parcels: [
          {
            trackingNumber: '1Z0000000000000003',
            lines: [
              { sku: 'BOTTLE-500', quantity: 2, lot: 'LOT-A' },
              { sku: 'CUP-BLUE', quantity: 1 },
            ],
          },
        ],
      },
    },
    { document: { reference: 'ORDER-1003', parcels: [{ lines: [{ sku: 'CUP-BLUE', quantity: 5 }] }] } },
  ])
})

test('997 and 999: which set, segment and element was not taken', () => {
  expect(read('997')).toMatchObject([
    {
      document: {
        controlNumber: '41',
        functionalId: 'OW',
        isAccepted: false,
        sets: [
          { controlNumber: '0001', isAccepted: true, errors: [] },
          { isAccepted: false, errors: [{ tag: 'N4', segmentInSet: 7, element: 2, code: '5' }] },
        ],
      },
    },
  ])
  expect(read('999', x12of5010)).toMatchObject([
    { document: { controlNumber: '42', sets: [{ errors: [{ tag: 'W01', segmentInSet: 11, element: 1 }] }] } },
  ])
})

test('DESADV: a released plus sign, an item named in PIA, a line short', () => {
  expect(read('DESADV', edifact)).toMatchObject([
    {
      kind: 'shipping-advice',
      document: {
        reference: 'ORDER-1001',
        warehouseReference: 'LS-4711',
        shippedAt: new Date('2026-11-26T13:30:00Z'),
        carrier: 'DPD',
        parcels: [
          {
            sscc: '340123450000000017',
            trackingNumber: '09981122334455',
            lines: [
              { sku: 'BOTTLE-500', quantity: 6, lot: 'LOT-A', lineReference: '1' },
              { sku: 'CUP+SAUCER', quantity: 3, ordered: 4, rest: 'never', lineReference: '2' },
            ],
          },
        ],
      },
    },
  ])
})

test('RECADV and INVRPT', () => {
  expect(read('RECADV', edifact)).toMatchObject([
    {
      document: {
        receiptNumber: 'WE-900',
        reference: 'PO-88',
        locationId: 'HAFEN',
        isComplete: false,
        lines: [
          { sku: 'BOTTLE-500', quantity: 96, condition: 'sellable', lot: 'LOT-B', expiresOn: '2028-01-31' },
          { sku: 'BOTTLE-500', quantity: 4, condition: 'damaged' },
          { sku: 'CUP-BLUE', quantity: 24, condition: 'sellable' },
        ],
      },
    },
  ])
  expect(read('INVRPT', edifact)).toMatchObject([
    {
      document: {
        countedAt: new Date('2026-11-26T05:00:00Z'),
        rows: [
          { sku: 'BOTTLE-500', lot: 'LOT-A', quantities: { onHand: 120, held: 5 } },
          { sku: 'CUP-BLUE', quantities: { onHand: 0 } },
        ],
      },
    },
  ])
})

test('CONTRL: one message taken, one not', () => {
  expect(read('CONTRL', edifact)).toMatchObject([
    {
      document: {
        controlNumber: '41',
        isAccepted: false,
        sets: [
          { isAccepted: true },
          { isAccepted: false, errors: [{ segmentInSet: 7, element: 8, code: '13' }] },
        ],
      },
    },
  ])
})

describe('what we write', () => {
  const order: ShippingOrder = {
    purpose: 'original',
    reference: '0AbC',
    number: '#1001',
    placedOn: '2026-11-26',
    shipBy: '2026-11-27',
    locationId: 'NORTH',
    recipient: {
      name: 'Ada Example',
      company: 'Example Ltd',
      addressLines: ['1 Long Street', 'Flat 2'],
      city: 'Springfield',
      region: 'IL',
      postalCode: '62704',
      country: 'US',
      phone: '+12175550177',
      email: undefined,
    },
    method: 'ground',
    note: 'Leave at the door',
    lines: [{ lineReference: 'L1', sku: 'BOTTLE-500', quantity: 6, title: 'Bottle * 500 ml', lot: 'LOT-A' }],
  }
  const stamp = { controlNumber: 41, at: new Date('2026-11-26T15:15:00Z') }

  test('940', () => {
    const text = writeDocuments([{ kind: 'shipping-order', document: order }], stamp, x12)
    expect(text.slice(0, 106)).toBe(
      'ISA*00*          *00*          *ZZ*PLIMSOLL       *12*5550001111     *261126*0915*U*00401*000000041*0*P*>~',
    )
    expect(text.slice(106).split('~')).toEqual([
      'GS*OW*PLIMSOLL*5550001111*20261126*0915*41*X*004010',
      'ST*940*0001',
      'W05*N*0AbC',
      'N1*ST*Ada Example',
      'N2*Example Ltd',
      'N3*1 Long Street*Flat 2',
      'N4*Springfield*IL*62704*US',
      'PER*RE**TE*+12175550177',
      'N1*WH**92*NORTH',
      'N9*CO*#1001',
      'G62*04*20261126',
      'G62*10*20261127',
      'NTE*WHI*Leave at the door',
      'W66*PP*U***UPS GROUND*****UPSN',
      'LX*1',
      'W01*6*EA**VN*BOTTLE-500',
      'G69*Bottle   500 ml',
      'N9*LI*L1',
      'N9*LT*LOT-A',
      'W76*6',
      'SE*20*0001',
      'GE*1*41',
      'IEA*1*000000041',
      '',
    ])
  })

  test('INSDES; separators in texts are released', () => {
    const document = { ...order, locationId: 'HAFEN', number: "O'Neil+1" }
    const text = writeDocuments([{ kind: 'shipping-order', document }], stamp, edifact)
    expect(text).toContain(
      "UNB+UNOC:3+4000000000001:14+4000000000002:14+261126:1615+41'UNH+1+INSDES:D:96A:UN'",
    )
    expect(text).toContain("RFF+ON:O?'Neil?+1'")
    expect(text).toContain("NAD+DP+++Ada Example:Example Ltd+1 Long Street:Flat 2+Springfield+IL+62704+US'")
    expect(text).toContain("LIN+1++BOTTLE-500:SA'PIA+1+LOT-A:NB'")
    expect(text).toContain("QTY+113:6:PCE'RFF+LI:L1'CNT+1:6'CNT+2:1'")
  })

  test('what a partner wants otherwise', () => {
    const profile = partnerProfile.parse({
      ...x12Agreement,
      overrides: [
        { set: '940', segment: 'W05', element: 3, value: 'DTC' },
        { set: '940', segment: 'N1', qualifier: 'WH', element: 3, value: '9' },
        { set: '940', segment: 'G69', element: 1, value: null },
      ],
    })
    const text = writeDocuments([{ kind: 'shipping-order', document: order }], stamp, profile)
    expect(text).toContain('~W05*N*0AbC*DTC~')
    expect(text).toContain('~N1*WH**9*NORTH~')
    expect(text).toContain('~G69~')
  })
})

describe('what cannot be trusted is refused, with its place', () => {
  const good = readFileSync(path.join(import.meta.dirname, 'golden', '945.edi'), 'utf8')
  const whole: [string, string, RegExp][] = [
    ['a wrong count of groups', good.replace('IEA*1*', 'IEA*2*'), /IEA element 1: says 2 groups, 1 came/],
    [
      'another control number',
      good.replace('IEA*1*000000905', 'IEA*1*000000906'),
      /IEA element 2: is not 000000905/,
    ],
    ['a short ISA', good.replace('5550001111     *', '5550001111    *'), /segment 1 ISA/],
    ['an end that is not there', good.slice(0, -25), /does not end with IEA|ends within a segment/],
    [
      'a sender that is another',
      good.replace('5550001111     ', '5550001112     '),
      /the sender is 12 5550001112/,
    ],
    ['a test', good.replace('*0*P*>', '*0*T*>'), /is a test, the profile says production/],
  ]
  test.each(whole)('%s', (_, text, message) => {
    expect(() => readInterchange(text, x12)).toThrow(message)
  })

  const sets: [string, string, RegExp][] = [
    [
      'a wrong count of segments',
      good.replace('SE*24*', 'SE*23*'),
      /SE element 1: says 23 segments, 24 came/,
    ],
    ['a wrong count of sets', good.replace('GE*1*', 'GE*2*'), /GE element 1: says 2 sets, 1 came/],
    [
      'an unknown status',
      good.replace('W12*CC', 'W12*ZZ'),
      /W12 element 1: the profile knows no line status "ZZ"/,
    ],
    ['an unknown unit', good.replace('*0*EA', '*0*CA'), /W12 element 5: the profile knows no unit "CA"/],
    ['half a unit', good.replace('W12*CC*6*6*', 'W12*CC*6*5.5*'), /W12 element 3: "5.5" is no whole number/],
    [
      'a difference that is none',
      good.replace('*4*3*1*', '*4*3*2*'),
      /W12 element 4: 4 ordered and 3 shipped/,
    ],
    ['a total that does not fit', good.replace('W03*9', 'W03*8'), /W03 element 1: says 8 units, the lines 9/],
    ['another version', good.replace('*X*004010', '*X*003060'), /the group is 003060, the profile says 4010/],
    ['a set that is not agreed', good.replace('ST*945', 'ST*810'), /the profile names no set 810/],
    [
      'no date',
      good.replace('G62*11*20261126', 'G62*11*20261326'),
      /G62 element 2: "20261326 1430" is no date/,
    ],
  ]
  test.each(sets)('%s', (_, text, message) => {
    const read = readInterchange(text, x12)
    expect(read.sets).toEqual([])
    expect(read.refused[0]?.problem.message).toMatch(message)
  })
})
