import { expect, test } from 'vitest'
import { decideSent } from './line-units.ts'

const SET = [
  { itemId: 'cup', unitsEach: 1 },
  { itemId: 'saucer', unitsEach: 2 },
]

const line = (
  itemId: string,
  units: number,
  stands: { shipped?: number; givenUp?: number; shipmentId?: string },
) => ({
  shipmentLineId: `${itemId}-${units}`,
  lineId: 'line',
  itemId,
  units,
  shipped: 0,
  givenUp: 0,
  shipmentId: 'first',
  writtenOff: 0,
  ...stands,
})

test.each([
  ['the rest may still leave', [line('cup', 1, { shipped: 1 }), line('saucer', 2, {})], [1, 0]],
  [
    'half of a part may still leave',
    [line('cup', 1, { shipped: 1 }), line('saucer', 2, { shipped: 1 })],
    [1, 0],
  ],
  ['the rest never leaves', [line('cup', 1, { shipped: 1 }), line('saucer', 2, { givenUp: 2 })], [0, 0]],
  [
    'half of a part never leaves',
    [line('cup', 1, { shipped: 1 }), line('saucer', 2, { shipped: 1, givenUp: 1 })],
    [0, 0],
  ],
  ['all has left', [line('cup', 1, { shipped: 1 }), line('saucer', 2, { shipped: 2 })], [0, 1]],
  [
    'what left alone is no part of the set that is sent instead',
    [
      line('cup', 1, { shipped: 1 }),
      line('saucer', 2, { givenUp: 2 }),
      line('cup', 1, { shipmentId: 'second' }),
      line('saucer', 2, { shipmentId: 'second', shipped: 2 }),
    ],
    [1, 0],
  ],
  [
    'nor of one that is on its way beside it',
    [
      line('cup', 2, { shipped: 2 }),
      line('saucer', 4, { shipped: 2 }),
      line('cup', 1, { shipmentId: 'second', shipped: 1 }),
      line('saucer', 2, { shipmentId: 'second', shipped: 1, givenUp: 1 }),
    ],
    [1, 1],
  ],
] as const)('a set of a cup and two saucers: %s', (_, lines, [committed, dispatched]) => {
  expect(decideSent(SET, lines)).toEqual({ committed, dispatched })
})

test('packs of six count whole, however many bottles leave at once', () => {
  const pack = [{ itemId: 'bottle', unitsEach: 6 }]
  expect(decideSent(pack, [line('bottle', 6, { shipped: 5, givenUp: 1 })])).toEqual({
    committed: 0,
    dispatched: 0,
  })
  for (let shipped = 0; shipped <= 18; shipped += 1)
    expect(decideSent(pack, [line('bottle', 18, { shipped })])).toEqual({
      committed: 3 - Math.floor(shipped / 6),
      dispatched: Math.floor(shipped / 6),
    })
})
