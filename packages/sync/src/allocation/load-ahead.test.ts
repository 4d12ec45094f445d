import { expect, test } from 'vitest'
import { linkedItems } from './load-ahead.ts'

const wants = Object.entries({
  a: ['mug', 'box'],
  b: ['box', 'tin'],
  c: ['tin', 'jar'],
  d: ['far'],
  e: ['far', 'off'],
}).flatMap(([orderId, items]) => items.map((itemId) => ({ orderId, itemId })))

test.each([
  [['mug'], ['box', 'jar', 'mug', 'tin']],
  [['jar'], ['box', 'jar', 'mug', 'tin']],
  [['off'], ['far', 'off']],
  [['nobody'], ['nobody']],
  [
    ['off', 'tin'],
    ['box', 'far', 'jar', 'mug', 'off', 'tin'],
  ],
])('what competes with %j is found from item to item, and nothing else', (itemIds, linked) => {
  expect(linkedItems(itemIds, wants)).toEqual(linked)
})
