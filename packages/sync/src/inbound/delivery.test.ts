import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Delivery, type DeliveryLine, decideTold, toBook } from './delivery.ts'

const AT = new Date('2026-11-26T10:00:00Z')

function told(
  version: number | null,
  lines: readonly [string, Delivery['lines'][number]['condition'], number, string?][],
): Delivery {
  return {
    kind: 'return',
    externalId: 'D',
    place: 'floor',
    inboundId: null,
    shipmentId: null,
    returnId: null,
    number: null,
    version,
    isComplete: false,
    lines: lines.map(([lineExternalId, condition, units, sku = 'mug']) => ({
      lineExternalId,
      condition,
      sku,
      lot: null,
      expiresOn: null,
      receivedAt: AT,
      told: units,
      toldSerials: [],
    })),
  }
}

type Known = Exclude<Parameters<typeof decideTold>[0], undefined>

/** Each is noted, and what differs is booked now and then. @returns booked units by condition and SKU */
function bookAll(
  deliveries: readonly Delivery[],
  booksAfter: (nth: number) => boolean,
): Record<string, number> {
  let known: Known | undefined
  const net: Record<string, number> = {}
  const book = () => {
    if (known === undefined) return
    const due = toBook('return', known.lines)
    for (const line of due) {
      const of = `${line.condition} ${line.sku}`
      net[of] = (net[of] ?? 0) + line.told - line.booked
    }
    const lines: DeliveryLine[] = known.lines.map((line) =>
      due.includes(line) ? { ...line, booked: line.told } : line,
    )
    known = { ...known, lines }
  }
  for (const [nth, delivery] of deliveries.entries()) {
    const verdict = decideTold(known, delivery)
    if (verdict.kind === 'told')
      known = {
        version: delivery.version ?? known?.version ?? null,
        isComplete: verdict.isComplete,
        lines: verdict.lines,
      }
    if (booksAfter(nth)) book()
  }
  book()
  return Object.fromEntries(Object.entries(net).filter(([, units]) => units !== 0))
}

const state = fc.array(
  fc.tuple(
    fc.constantFrom('a', 'b'),
    fc.constantFrom('sellable' as const, 'damaged' as const, 'disposed' as const, 'waiting' as const),
    fc.nat(5),
    fc.constantFrom('mug', 'cup'),
  ),
  { maxLength: 4 },
)
/** One entry for each line, condition and SKU, as `toDelivery` adds them up. */
const unique = state.map((lines) => [
  ...new Map(lines.map((line) => [`${line[0]} ${line[1]} ${line[3]}`, line])).values(),
])

test('I3: with versions, told in any order and repeated, the newest state is booked, once', () => {
  fc.assert(
    fc.property(
      fc.array(unique, { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(4), { maxLength: 10 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
      (states, order, books) => {
        const versions = states.map((lines, nth) => told(nth + 1, lines))
        const heard = [
          ...order.map((nth) => versions[nth % versions.length]),
          versions.at(-1),
          ...order.map((nth) => versions[nth % versions.length]),
        ]
        const net = bookAll(
          heard.filter((delivery) => delivery !== undefined),
          (nth) => books[nth % books.length] === true,
        )
        const wanted: Record<string, number> = {}
        for (const [, condition, units, sku] of states.at(-1) ?? []) {
          if (condition === 'waiting' || units === 0) continue
          wanted[`${condition} ${sku}`] = (wanted[`${condition} ${sku}`] ?? 0) + units
        }
        expect(net).toEqual(wanted)
      },
    ),
  )
})

test('I3: without versions figures only grow: told in any order and repeated, the most is booked, once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
      (figures, books) => {
        const heard = figures.map((units) => told(null, [['a', 'sellable', units]]))
        const net = bookAll([...heard, ...heard], (nth) => books[nth % books.length] === true)
        const most = Math.max(...figures)
        expect(net).toEqual(most === 0 ? {} : { 'sellable mug': most })
      },
    ),
  )
})

test('what turns out otherwise comes off first', () => {
  const first = decideTold(undefined, told(1, [['a', 'sellable', 3]]))
  if (first.kind !== 'told') throw new Error('it is new')
  const lines = first.lines.map((line) => ({ ...line, booked: line.told }))
  const next = decideTold({ version: 1, isComplete: false, lines }, told(2, [['a', 'damaged', 3]]))
  if (next.kind !== 'told') throw new Error('it is newer')
  expect(
    toBook('return', next.lines).map(({ condition, told, booked }) => [condition, told - booked]),
  ).toEqual([
    ['sellable', -3],
    ['damaged', 3],
  ])
})

test('other single units than those that are booked: these come off, and those are booked, each once', () => {
  const anySerials = fc.subarray(['S1', 'S2', 'S3', 'S4'])
  fc.assert(
    fc.property(anySerials, anySerials, (booked, told) => {
      const line = {
        lineExternalId: 'a',
        condition: 'sellable' as const,
        sku: 'mug',
        lot: null,
        expiresOn: null,
      }
      const known = { booked: booked.length, bookedSerials: booked, told: told.length, toldSerials: told }
      let stock = new Set(booked)
      let at = booked.length
      for (const step of toBook('receipt', [{ ...line, ...known, receivedAt: AT, problem: null }])) {
        expect(step.booked, 'it goes on where the last one stopped').toBe(at)
        at = step.told
        const changed = Math.abs(step.told - step.booked)
        const next = new Set(step.toldSerials)
        expect(stock.symmetricDifference(next).size, 'as many as it says, all in or all out').toBe(changed)
        stock = next
      }
      expect(stock).toEqual(new Set(told))
    }),
  )
})

test('lines that a warehouse has forgotten stand, and are not taken off; told otherwise they are corrected', () => {
  const known = (lines: Parameters<typeof told>[1]) => {
    const first = decideTold(undefined, told(1, lines))
    if (first.kind !== 'told') throw new Error('it is new')
    return {
      version: 1,
      isComplete: false,
      lines: first.lines.map((line) => ({ ...line, booked: line.told })),
    }
  }
  const dueOf = (delivery: Delivery) => {
    const next = decideTold(known([['old', 'sellable', 60]]), delivery)
    if (next.kind !== 'told') throw new Error('it is newer')
    return toBook('receipt', next.lines).map((line) => [line.lineExternalId, line.told - line.booked])
  }
  const rest = told(2, [['new', 'sellable', 40]])
  expect(dueOf({ ...rest, remembersAll: false })).toEqual([['new', 40]])
  expect(dueOf(rest)).toEqual([
    ['old', -60],
    ['new', 40],
  ])
  expect(dueOf({ ...told(2, [['old', 'sellable', 50]]), remembersAll: false })).toEqual([['old', -10]])
})
