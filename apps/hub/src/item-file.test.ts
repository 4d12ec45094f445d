import { expect, test } from 'vitest'
import { readItemCsv } from './item-file.ts'

const read = (text: string) => readItemCsv(text).map(({ place: _place, ...row }) => row)

test('a file with a byte order mark, spaces and empty cells is read; an absent quantity stays absent (I12)', () => {
  const items = read('\uFEFFSKU , Name,location,quantity\n A-1 ,"Tea, green",MAIN,5\nA-2,Cup,,\n')
  expect(items).toEqual([
    { sku: 'A-1', name: 'Tea, green', location: 'MAIN', quantity: 5 },
    { sku: 'A-2', name: 'Cup' },
  ])
})

test.each([
  ['a negative quantity', 'sku,name,quantity\nA,Tea,-1', 'line 2: quantity is negative'],
  ['half a unit', 'sku,name,quantity\nA,Tea,1.5', 'line 2: quantity is not a whole number'],
  ['a word as a quantity', 'sku,name,quantity\nA,Tea,many', 'line 2: quantity is not a whole number'],
  ['no SKU', 'sku,name\nA,Tea\n,Cup', 'line 3: sku is empty'],
  ['no name', 'sku,name\nA,', 'line 2: name is empty'],
  ['one SKU twice', 'sku,name\nA,Tea\nA,Tea', 'line 3: the SKU "A" is on line 2 already'],
  [
    'one SKU under two names',
    'sku,name,location\nA,Tea,X\nA,Coffee,Y',
    'line 3: the SKU "A" has another name on line 2',
  ],
  ['a quantity in hexadecimal', 'sku,name,quantity\nA,Tea,0x10', 'line 2: quantity is not a whole number'],
  ['semicolons', 'sku;name\nA;Tea', 'separated by commas'],
  ['a missing column', 'sku,quantity\nA,1', 'no column "name"'],
  ['a header alone', 'sku,name\n', 'no rows below its header'],
  ['a row with too few cells', 'sku,name\nA', 'The file is not CSV'],
])('a file with %s is refused, and the place is named', (_what, text, said) => {
  expect(() => read(text)).toThrow(said)
})

test('every bad row of a file is named, not the first alone', () => {
  expect(() => read('sku,name,quantity\nA,Tea,-1\nB,Cup,2\nC,,3')).toThrow(
    'Nothing was imported. line 2: quantity is negative; line 4: name is empty.',
  )
})

test.each([
  ['\n', 'Unix'],
  ['\r\n', 'Windows'],
  ['\r', 'old Macs'],
])('rows are named by the line that an editor shows, whatever stands before them (%j, %s)', (newLine) => {
  const lines = [
    '',
    'sku,name,quantity',
    '',
    'A,"Tea',
    'green',
    '',
    'loose",1',
    '   ',
    'B,Cup,-2',
    'A,"Two',
    'lines",x',
  ]
  expect(() => read(lines.join(newLine))).toThrow(
    'Nothing was imported. line 9: quantity is negative; line 10: quantity is not a whole number.',
  )
})
