import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Delivery, type DeliveryLine, decideTold, toBook } from './delivery.ts'

const AT = new Date('2026-11-26T10:00:00Z')

function told(
  version: number | null,
  lines: readonly [string, Delivery['lines'][number]['condition'], number][],
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
    lines: lines.map(([lineExternalId, condition, units]) => ({
      lineExternalId,
      condition,
      sku: 'mug',
      lot: null,
      expiresOn: null,
      receivedAt: AT,
      told: units,
      toldSerials: [],
    })),
  }
}

type Known = Exclude<Parameters<typeof decideTold>[0], undefined>

/** Each is noted, and what differs is booked now and then. @returns booked units by condition */
function bookAll(
  deliveries: readonly Delivery[],
  booksAfter: (nth: number) => boolean,
): Record<string, number> {
  let known: Known | undefined
  const net: Record<string, number> = { sellable: 0, damaged: 0, disposed: 0 }
  const book = () => {
    if (known === undefined) return
    const due = toBook('return', known.lines)
    for (const line of due) net[line.condition] = (net[line.condition] ?? 0) + line.told - line.booked
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
  return net
}

const state = fc.array(
  fc.tuple(
    fc.constantFrom('a', 'b'),
    fc.constantFrom('sellable' as const, 'damaged' as const, 'disposed' as const, 'waiting' as const),
    fc.nat(5),
  ),
  { maxLength: 4 },
)
/** One entry for each line and condition, as `toDelivery` adds them up. */
const unique = state.map((lines) => [
  ...new Map(lines.map((line) => [`${line[0]} ${line[1]}`, line])).values(),
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
        const sum = (condition: string) =>
          (states.at(-1) ?? []).reduce((total, line) => total + (line[1] === condition ? line[2] : 0), 0)
        expect(net).toEqual({
          sellable: sum('sellable'),
          damaged: sum('damaged'),
          disposed: sum('disposed'),
        })
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
        expect(net).toEqual({ sellable: Math.max(...figures), damaged: 0, disposed: 0 })
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
