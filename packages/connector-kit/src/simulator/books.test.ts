import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBooks } from './books.ts'

test('a book is read on from any place, the newest entries being kept', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.nat(60),
      fc.nat(70),
      fc.integer({ min: 1, max: 70 }),
      (capacity, count, from, limit) => {
        const { refusals } = createBooks({ capacity })
        for (let quantity = 1; quantity <= count; quantity += 1)
          refusals.append({ atNs: '0', sku: 'A', quantity })
        const kept = Array.from({ length: count }, (_, index) => index + 1).slice(-capacity)
        const wanted = kept.filter((seq) => seq > from).slice(0, limit)
        expect(refusals.after(from, limit).map(({ seq }) => seq)).toEqual(wanted)
        expect(refusals.after(from, limit).map(({ quantity }) => quantity)).toEqual(wanted)
        expect(refusals.last()).toBe(count)
      },
    ),
  )
})

test('totals outlive the entries', () => {
  const books = createBooks({ capacity: 1 })
  const line = { sku: 'A', stockUnitId: '1', locationId: 'x', quantity: 3 }
  books.orders.append({ externalId: '1', atNs: books.nowNs(), lines: [line, line] })
  books.orders.append({ externalId: '2', atNs: books.nowNs(), lines: [line] })
  books.refusals.append({ atNs: books.nowNs(), sku: 'A', quantity: 4 })
  expect(books.totals()).toEqual({ ordersPlaced: 2, unitsSold: 9, refusedUnits: 4 })
})

test('instants are of one clock that never goes back', () => {
  const { nowNs } = createBooks()
  const [first, second] = [BigInt(nowNs()), BigInt(nowNs())]
  expect(second >= first).toBe(true)
})
