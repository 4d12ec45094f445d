import type { ShipmentPage } from '@plimsoll/client'
import { expect, test } from 'vitest'
import { findToPack } from './find-to-pack.ts'

type Row = ShipmentPage['rows'][number]
const row = (shipmentId: string, number: string, cancelReason: string | null = null) =>
  ({ shipmentId, number, cancelReason }) as Row

/** A hub that has these to pack, a hundred to a page. */
const idsOf = async (all: Row[], code: string) => {
  const found = await findToPack(async (cursor = '0') => {
    const next = Number(cursor) + 100
    return { rows: all.slice(Number(cursor), next), next: next < all.length ? String(next) : null }
  }, code)
  return found.map(({ shipmentId }) => shipmentId)
}

test('a number is found however many are to be packed before it, with or without its #', async () => {
  const many = Array.from({ length: 350 }, (_, at) => row(`s${at}`, `#1${at}`))
  expect(await idsOf([...many, row('mine', '#77')], '77')).toEqual(['mine'])
  expect(await idsOf([...many, row('mine', '#77')], '#77')).toEqual(['mine'])
  expect(await idsOf(many, '77')).toEqual([])
})

test('of equal numbers of two shops both are offered; what is stopped is not', async () => {
  const all = [row('a', '7'), row('b', '#7'), row('c', '7', 'held'), row('d', '7-2')]
  expect(await idsOf(all, '7')).toEqual(['a', 'b'])
})
