import { expect, test } from 'vitest'
import { productNames } from './demo-product-names.ts'
import { readSales } from './online-retail-sales.ts'

const HEADER = 'invoice_no,stock_code,description,quantity,invoice_date,unit_price,customer_id,country'

test('a sale is read, its description is not', () => {
  const rows = `${HEADER}\n536365,85123a,"A ""QUOTED"", 3,4 NAME",6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n`
  expect(readSales(rows)).toEqual([
    { invoice: '536365', sku: '85123A', quantity: 6, at: new Date('2010-12-01T08:26:00Z'), priceMinor: 255 },
  ])
})

test.each([
  ['a return', 'C536379,85123A,X,1,2010-12-01 08:26:00,1,1,France'],
  ['an adjustment', 'A563185,85123A,X,1,2010-12-01 08:26:00,1,1,France'],
  ['a write-off', '536589,85123A,X,-10,2010-12-01 08:26:00,0.0,,France'],
  ['a gift', '536589,85123A,X,10,2010-12-01 08:26:00,0.0,,France'],
  ['postage', '536370,POST,POSTAGE,3,2010-12-01 08:26:00,18.0,12583,France'],
])('%s is not a sale', (_, row) => {
  expect(readSales(`${HEADER}\n${row}\n`)).toEqual([])
})

test('a row of another shape is refused, not skipped', () => {
  expect(() => readSales(`${HEADER}\n536365,85123A,X,six,2010-12-01 08:26:00,1,1,France\n`)).toThrow(
    'Not a row',
  )
})

test('names never repeat, and too many items in a band are refused', () => {
  const names = productNames(Array.from({ length: 180 }, () => 295))
  expect(new Set(names.map(({ en }) => en)).size).toBe(180)
  expect(new Set(names.map(({ zh }) => zh)).size).toBe(180)
  expect(() => productNames(Array.from({ length: 181 }, () => 295))).toThrow('More items')
})
