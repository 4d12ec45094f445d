import { expect, test } from 'vitest'
import { readPlace } from './placed-command.ts'

test.each([
  [['MUG', '5'], {}, { sku: 'MUG', quantity: 5, location: undefined }],
  [['MUG', '-5', 'MAIN'], {}, { sku: 'MUG', quantity: -5, location: 'MAIN' }],
  [['MUG'], { quantity: 5 }, { sku: 'MUG', quantity: 5, location: undefined }],
  [['MUG', 'MAIN'], { quantity: 5 }, { sku: 'MUG', quantity: 5, location: 'MAIN' }],
  [['5', 'MAIN'], { sku: 'MUG' }, { sku: 'MUG', quantity: 5, location: 'MAIN' }],
  [[], { sku: 'MUG', quantity: 0, location: 'MAIN' }, { sku: 'MUG', quantity: 0, location: 'MAIN' }],
  // Passed on: the ledger says what a quantity may be.
  [['MUG', '1.5'], {}, { sku: 'MUG', quantity: 1.5, location: undefined }],
])('the words %j fill what the options %j left open', (words, options, place) => {
  expect(readPlace(words, options)).toEqual(place)
})

test.each([
  ['no item', [], {}, 'Name the item: its SKU comes first, or --sku SKU.'],
  ['an empty SKU', ['', '1'], {}, 'Name the item'],
  ['no quantity: absent is not zero', ['MUG'], {}, 'Say how many: a whole number after the SKU'],
  ['an empty quantity', ['MUG', ''], {}, '"" is no quantity.'],
  ['a quantity in words', ['MUG', 'ten'], {}, '"ten" is no quantity. Give a whole number after the SKU'],
  ['a quantity that nobody types', ['MUG', '1e3'], {}, '"1e3" is no quantity.'],
  ['a SKU twice', ['MUG', '1'], { sku: 'MUG' }, '"MUG" is no quantity.'],
  ['a quantity twice', ['MUG', '1', 'MAIN'], { quantity: 1 }, '"MAIN" is one word too many.'],
])('%s is refused with the cure', (_what, words, options, said) => {
  expect(() => readPlace(words, options)).toThrow(said)
})
