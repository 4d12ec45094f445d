import { expect, test } from 'vitest'
import { agreements } from '../testing/agreements.ts'
import { decideShipment, type ToldShipment } from './shipment-told.ts'

const profile = agreements['4010']
const now = new Date('2026-11-27T00:00:00Z')

type Line = [sku: string, quantity: number, rest: 'later' | 'never']

function advice(reference: string | undefined, day: number, trackingNumber: string, ...lines: Line[]) {
  return {
    key: `945/PARTNER/${day}/0001/0`,
    advice: {
      reference: 'R',
      warehouseReference: reference,
      shippedAt: new Date(Date.UTC(2026, 10, day)),
      carrier: 'UPS',
      parcels: [
        {
          sscc: undefined,
          trackingNumber,
          lines: lines.map(([sku, quantity, rest]) => ({
            lineReference: undefined,
            ordered: undefined,
            lot: undefined,
            serials: [],
            ...{ sku, quantity, rest },
          })),
        },
      ],
    },
  }
}

function told(advices: ToldShipment['advices'], ordered: [string, number][] = [['TEA', 10]]): ToldShipment {
  return {
    shipmentId: 'S',
    reference: 'R',
    lines: ordered.map(([sku, quantity]) => ({ sku, quantity })),
    sentAt: now,
    acknowledgement: undefined,
    cancel: undefined,
    advices,
  }
}

const unitsOf = ({ parcels }: ReturnType<typeof decideShipment>) =>
  Object.fromEntries(parcels.map(({ externalId, lines }) => [externalId, lines[0]?.quantity]))

test('two advices under one freight bill are two parcels, in both orders; the first that came has its number alone', () => {
  const six = advice('W-1', 20, 'PRO1', ['TEA', 6, 'later'])
  const four = advice('W-2', 21, 'PRO1', ['TEA', 4, 'never'])
  for (const [advices, parcels] of [
    [[six, four], { PRO1: 6, 'PRO1 W-2': 4 }],
    [[four, six], { PRO1: 4, 'PRO1 W-1': 6 }],
  ] as const) {
    const shown = decideShipment(told(advices), now, profile)
    expect(shown).toMatchObject({ state: 'shipped', problem: undefined })
    expect(unitsOf(shown)).toEqual(parcels)
    // As it stood when the first had come: the hub has that parcel by this name, and counts it once.
    const [first] = advices
    const before = Object.entries(unitsOf(decideShipment(told([first]), now, profile)))
    expect(Object.entries(parcels)).toEqual(expect.arrayContaining(before))
  }
})

test('told again under its own reference, or without one, a parcel is corrected', () => {
  const first = advice('W-1', 20, 'PRO1', ['TEA', 6, 'later'])
  const corrected = advice('W-1', 21, 'PRO1', ['TEA', 5, 'later'])
  expect(unitsOf(decideShipment(told([first, corrected]), now, profile))).toEqual({ PRO1: 5 })
  const nameless = [advice(undefined, 20, 'PRO1', ['TEA', 6, 'later'])]
  expect(unitsOf(decideShipment(told([...nameless, corrected]), now, profile))).toMatchObject({ PRO1: 6 })
  const again = advice(undefined, 22, 'PRO1', ['TEA', 7, 'later'])
  expect(unitsOf(decideShipment(told([...nameless, again]), now, profile))).toEqual({ PRO1: 7 })
})

test('a line that no advice names is waited for, unless the partner writes one advice for each order', () => {
  const tea = advice('W-1', 20, '1Z-A', ['TEA', 10, 'never'])
  const both: [string, number][] = [
    ['TEA', 10],
    ['CUP', 2],
  ]
  expect(decideShipment(told([tea], both), now, profile)).toMatchObject({
    state: 'working',
    problem: { code: 'later', message: 'The rest is to come. CUP: 0 of 2' },
  })
  const cup = advice('W-2', 21, '1Z-B', ['CUP', 1, 'never'])
  for (const advices of [
    [tea, cup],
    [cup, tea],
  ])
    expect(decideShipment(told(advices, both), now, profile)).toMatchObject({
      state: 'shipped',
      problem: { code: 'short', message: 'CUP: 1 of 2' },
    })
  const single = { ...profile, shippingAdvices: { unnamed: 'never' as const } }
  expect(decideShipment(told([tea], both), now, single)).toMatchObject({
    state: 'shipped',
    problem: { code: 'short', message: 'CUP: 0 of 2' },
  })
})

test('what an advice says is to come of one line is not taken back by an advice of another', () => {
  const some = advice('W-1', 20, '1Z-A', ['TEA', 4, 'later'])
  const cup = advice('W-2', 21, '1Z-B', ['CUP', 2, 'never'])
  const shown = decideShipment(
    told(
      [some, cup],
      [
        ['TEA', 10],
        ['CUP', 2],
      ],
    ),
    now,
    profile,
  )
  expect(shown).toMatchObject({ state: 'working', problem: { message: 'The rest is to come. TEA: 4 of 10' } })
})

test('an advice without a line, or one that answers a cancellation, says that nothing ships', () => {
  const none = advice('W-1', 20, '1Z')
  expect(decideShipment(told([none]), now, profile)).toMatchObject({ state: 'rejected' })
  const nothing = advice('W-1', 20, '1Z', ['TEA', 0, 'never'])
  const asked = told(
    [nothing],
    [
      ['TEA', 10],
      ['CUP', 2],
    ],
  )
  expect(decideShipment({ ...asked, cancel: { acknowledgement: undefined } }, now, profile).state).toBe(
    'cancelled',
  )
  // What is not named may still leave, and must not be sent from elsewhere.
  expect(decideShipment(asked, now, profile).state).toBe('working')
})
