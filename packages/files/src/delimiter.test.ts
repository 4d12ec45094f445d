import { expect, test } from 'vitest'
import { findDelimiter } from './delimiter.ts'

test.each([
  ['sku,name\nA,Tea\n', ','],
  ['sku;name\nA;Tea, green, loose\nB;Cup, blue\n', ';'],
  ['sku\tname\nA\tTea, green\n', '\t'],
  ['sku|name|quantity\nA|x|1\n', '|'],
  ['sku;price;name\nA;1,50;Tea\nB;2,50;Cup\n', ';'],
  ['"sku";"name; long"\n"A";"b, c, d"\n', ';'],
  ['sku,name\nA,"one; two; three; four"\nB,"five; six"\n', ','],
  ['sep=;\nsku;name\nA;b,c\n', ';'],
  ['sku\nA\nB\n', ','],
  ['', ','],
])('%j is parted by %j', (head, delimiter) => {
  expect(findDelimiter(head)).toBe(delimiter)
})
