import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Draft,
  type DraftLine,
  emptyDraft,
  hindranceOf,
  shortOf,
  toDraftLine,
  toNewOrder,
  unitsOf,
} from './order-draft.ts'

const line = (more: Partial<DraftLine> = {}): DraftLine => ({
  sku: 'MUG',
  name: 'Mug',
  quantity: '2',
  unit: '',
  baseUnit: 'each',
  units: [{ code: 'case', factor: 6 }],
  free: { all: 10, at: { MAIN: 7, EAST: 3 } },
  shipsFrom: '',
  ...more,
})
const draft = (more: Partial<Draft> = {}): Draft => ({ ...emptyDraft, lines: [line()], ...more })

test('a unit counts as many as are in it, and what is no quantity counts for none', () => {
  expect(unitsOf(line())).toBe(2)
  expect(unitsOf(line({ unit: 'case' }))).toBe(12)
  for (const quantity of ['', '0', 'x', '-1', '1.5']) expect(unitsOf(line({ quantity }))).toBeUndefined()
})

test('what is free is that of the location chosen, and lines of one item share it', () => {
  expect(shortOf(line({ quantity: '8' }), draft({ lines: [line({ quantity: '8' })] }))).toBe(0)
  const at = draft({ location: 'MAIN', lines: [line({ quantity: '8' })] })
  expect(shortOf(at.lines[0] ?? line(), at)).toBe(1)
  const two = draft({ lines: [line({ unit: 'case', quantity: '1' }), line({ quantity: '6' })] })
  expect(shortOf(two.lines[0] ?? line(), two)).toBe(2)
  const later = draft({ lines: [line({ quantity: '99', shipsFrom: '2027-01-01' })] })
  expect(shortOf(later.lines[0] ?? line(), later)).toBe(0)
})

test.each<[ReturnType<typeof hindranceOf>, Partial<Draft>]>([
  [undefined, {}],
  ['noLines', { lines: [] }],
  ['noQuantity', { lines: [line({ quantity: '' })] }],
  ['saleWhere', { kind: 'point-of-sale' }],
  [undefined, { kind: 'point-of-sale', location: 'MAIN' }],
  ['toWhom', { recipient: { ...emptyDraft.recipient, phone: '1' } }],
  ['short', { lines: [line({ quantity: '11' })] }],
  [undefined, { lines: [line({ quantity: '11' })], backorder: true }],
])('%s keeps it from being made', (hindrance, more) => {
  expect(hindranceOf(draft(more))).toBe(hindrance)
})

test('what nothing hinders is within what is free, and is sent as it was typed', () => {
  const lines = fc.array(
    fc.record({
      quantity: fc.nat(9).map(String),
      unit: fc.constantFrom('', 'case'),
      sku: fc.constantFrom('MUG', 'BOX'),
    }),
    { maxLength: 4 },
  )
  fc.assert(
    fc.property(lines, fc.constantFrom('', 'MAIN', 'EAST', 'NONE'), (typed, location) => {
      const made = draft({ location, lines: typed.map((each) => line(each)) })
      if (hindranceOf(made) !== undefined) return
      const free = location === '' ? 10 : location === 'MAIN' ? 7 : location === 'EAST' ? 3 : 0
      for (const sku of ['MUG', 'BOX']) {
        const units = made.lines.filter((each) => each.sku === sku).map((each) => unitsOf(each) ?? 0)
        expect(units.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(free)
      }
      expect(toNewOrder(made).lines.map(({ quantity }) => String(quantity))).toEqual(
        typed.map(({ quantity }) => quantity),
      )
    }),
    fromEnvironment(200),
  )
})

test('of an address nothing is sent that was not typed', () => {
  const typed = {
    ...emptyDraft.recipient,
    name: ' Ada ',
    address: 'Square 12',
    city: 'London',
    country: 'gb',
  }
  expect(toNewOrder(draft({ recipient: typed })).recipient).toEqual({
    name: 'Ada',
    addressLines: ['Square 12'],
    city: 'London',
    country: 'GB',
  })
  expect(toNewOrder(draft()).recipient).toBeUndefined()
})

test('an item that was chosen comes with what is free of it where', () => {
  const stock = {
    available: 5,
    locations: [{ locationId: 'l1', available: 5, onHand: 5, reserved: 0, held: 0, incoming: 0 }],
  }
  const item = { sku: 'MUG', name: 'Mug', baseUnit: 'each', units: [] }
  expect(toDraftLine(item, stock, new Map([['l1', 'MAIN']]), 'each')).toMatchObject({
    unit: '',
    free: { all: 5, at: { MAIN: 5 } },
  })
})
