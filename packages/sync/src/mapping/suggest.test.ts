import { fromEnvironment } from '@plimsoll/database/testing'
import { checkDigitOf } from '@plimsoll/stock'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { barcodeForms } from './barcode-forms.ts'
import { createMatchIndex, type ItemToMatch } from './match-index.ts'
import { packSize } from './pack-size.ts'
import { plainSku, skusWithin } from './sku-forms.ts'
import { type ListingToMatch, suggestItems } from './suggest.ts'
import { sayReason } from './suggestion.ts'

const item = (sku: string, name: string, rest: Partial<ItemToMatch> = {}): ItemToMatch => ({
  itemId: `id of ${sku}`,
  sku,
  names: [name],
  barcodes: [],
  options: [],
  ...rest,
})
const listing = (rest: Partial<ListingToMatch>): ListingToMatch => ({
  sku: null,
  barcode: null,
  title: 'x',
  isSkuShared: false,
  isBarcodeShared: false,
  isDoubted: false,
  ruled: undefined,
  ...rest,
})

const items = [
  item('MUG-RED', 'Enamel mug', {
    options: ['Red'],
    barcodes: [
      { comparable: '04006381333931', units: 1 },
      { comparable: '10614141000415', units: 12 },
    ],
  }),
  item('MUG-BLUE', 'Enamel mug', {
    options: ['Blue'],
    barcodes: [{ comparable: '00036000291452', units: 1 }],
  }),
  item('mug red', 'Another mug of the same spelling'),
  item('CUP-7', 'Porcelain cup with a golden rim'),
  item('TEA-500', 'Green tea, loose', { names: ['Green tea, loose', '西湖龙井绿茶散装'] }),
  item('SOCK-2', 'Wool socks, 2 pack'),
]
const index = createMatchIndex(items)
const best = (rest: Partial<ListingToMatch>) => {
  const [first] = suggestItems(listing(rest), index)
  return first === undefined
    ? 'nothing'
    : `${first.confidence} ${first.sku} ×${first.unitsPerListing}: ${first.reasons.map(sayReason).join('; ')}`
}

test.each<[Partial<ListingToMatch>, string]>([
  [{ sku: 'CUP-7' }, 'certain CUP-7 ×1: the same SKU'],
  [
    { sku: 'CUP-7', isSkuShared: true },
    'likely CUP-7 ×1: the same SKU; but another listing here has the same SKU',
  ],
  [
    { sku: 'CUP-7', isDoubted: true },
    'likely CUP-7 ×1: the same SKU; but its SKU was another listing’s before',
  ],
  [{ sku: 'cup_7 ' }, 'likely CUP-7 ×1: the same SKU but for case, spaces or dashes'],
  [{ sku: 'CUP-7-AMZ' }, 'likely CUP-7 ×1: the same SKU without AMZ'],
  [{ sku: 'FBA_CUP-7_EU' }, 'likely CUP-7 ×1: the same SKU without FBA, EU'],
  // Two items are alike but for signs.
  [
    { sku: 'MUGRED' },
    'possible MUG-RED ×1: the same SKU but for case, spaces or dashes; but 2 items are alike in this',
  ],
  [{ barcode: '4006381333931' }, 'certain MUG-RED ×1: the same barcode'],
  [{ barcode: '0036000291452' }, 'certain MUG-BLUE ×1: the same barcode'],
  [
    { barcode: '36000291452' },
    'likely MUG-BLUE ×1: the same barcode but for leading zeros or the check digit',
  ],
  [
    { barcode: '400638133393' },
    'likely MUG-RED ×1: the same barcode but for leading zeros or the check digit',
  ],
  [{ barcode: '10614141000415' }, 'certain MUG-RED ×12: the barcode of 12 units of it'],
  [
    { barcode: '4006381333931', isBarcodeShared: true },
    'likely MUG-RED ×1: the same barcode; but another listing here has the same barcode',
  ],
  // What identifies says two items: neither is certain.
  [
    { sku: 'CUP-7', barcode: '4006381333931' },
    'likely CUP-7 ×1: the same SKU; but something else says MUG-RED',
  ],
  [
    { title: 'Buy now: enamel mug (Blue)' },
    'possible MUG-BLUE ×1: its title is 93% like the item’s name; its title has the options Blue',
  ],
  [
    { title: '2026新款 西湖龙井 绿茶 散装 500克' },
    'possible TEA-500 ×1: its title is 74% like the item’s name',
  ],
  [
    { title: 'Set of 6 — CUP-7 porcelain' },
    'likely CUP-7 ×6: the SKU is in its title; its title says a pack of 6',
  ],
  [
    { sku: 'CUP-7', title: 'Porcelain cup, 6-pack' },
    'likely CUP-7 ×6: the same SKU; its title says a pack of 6',
  ],
  // The item is a pair itself.
  [
    { sku: 'SOCK-2', title: '2 pack of socks' },
    'certain SOCK-2 ×1: the same SKU; its title is 75% like the item’s name',
  ],
  [
    { sku: '6PK-CUP-7', ruled: { rule: 'packs', sku: 'CUP-7', unitsPerListing: 6 } },
    'certain CUP-7 ×6: the rule "packs" makes CUP-7 of it; the same SKU without 6PK',
  ],
  [{ title: 'Something else altogether' }, 'nothing'],
  // A number alone says nothing of what a thing is.
  [{ title: 'Model 2' }, 'nothing'],
])('%j: %s', (given, said) => {
  expect(best(given)).toBe(said)
})

test.each([
  ['Pack of 6 mugs', 6],
  ['12-pack', 12],
  ['6 x Enamel mug', 6],
  ['搪瓷杯6个装', 6],
  ['白茶*3盒', 3],
  ['Table 3 x 4 m', undefined],
  ['Mug 500 ml', undefined],
  ['2 pack, 6 pcs', undefined],
  ['1 pack', undefined],
])('%s: %s', (title, units) => expect(packSize(title)).toBe(units))

const word = fc.constantFrom('mug', 'red', 'blue', 'cup', 'tea', 'L', '500', '绿茶', '散装', 'AMZ', 'kit')
const written = fc
  .array(word, { minLength: 1, maxLength: 4 })
  .chain((words) => fc.constantFrom('-', '_', ' ', '/').map((sign) => words.join(sign)))
const digits = fc
  .array(fc.integer({ min: 0, max: 3 }), { minLength: 11, maxLength: 11 })
  .map((all) => all.join(''))
const upc = digits.map((each) => each + checkDigitOf(each))
const someItems = fc
  .uniqueArray(
    fc.record({
      sku: written,
      names: fc.array(written, { minLength: 1, maxLength: 2 }),
      barcodes: fc.array(upc, { maxLength: 1 }),
      options: fc.array(word, { maxLength: 2 }),
    }),
    { selector: ({ sku }) => sku, maxLength: 12 },
  )
  .map((all) => {
    const owners = new Map(all.flatMap(({ sku, barcodes }) => barcodes.map((each) => [each, sku] as const)))
    return all.map(
      (each): ItemToMatch => ({
        ...each,
        itemId: each.sku,
        barcodes: each.barcodes
          .filter((code) => owners.get(code) === each.sku)
          .map((code) => ({ comparable: `00${code}`, units: 1 })),
      }),
    )
  })
const someListing: fc.Arbitrary<ListingToMatch> = fc.record({
  sku: fc.option(written),
  barcode: fc.option(upc),
  title: written,
  isSkuShared: fc.boolean(),
  isBarcodeShared: fc.boolean(),
  isDoubted: fc.boolean(),
  ruled: fc.option(fc.record({ rule: word, sku: written, unitsPerListing: fc.integer({ min: 1, max: 9 }) }), {
    nil: undefined,
  }),
})

test('never two items are certain, none of a listing in doubt; the order of the items changes nothing', () => {
  fc.assert(
    fc.property(someItems, someListing, fc.integer(), (all, one, seed) => {
      const suggested = suggestItems(one, createMatchIndex(all))
      expect(suggested.filter(({ confidence }) => confidence === 'certain').length).toBeLessThanOrEqual(
        one.isDoubted ? 0 : 1,
      )
      expect(new Set(suggested.map(({ itemId }) => itemId)).size).toBe(suggested.length)
      expect(suggested.map(({ score }) => score)).toEqual(
        suggested.map(({ score }) => score).sort((a, b) => b - a),
      )
      for (const each of suggested) expect(each.reasons.length).toBeGreaterThan(0)
      const [certain] = suggested.filter(({ confidence }) => confidence === 'certain')
      // What is certain is what identifies, and nothing else identifies another.
      const claims = new Set([
        ...all.filter(({ sku }) => sku === one.sku || sku === one.ruled?.sku).map(({ sku }) => sku),
        ...all
          .filter(({ barcodes }) => barcodes.some(({ comparable }) => comparable === `00${one.barcode}`))
          .map(({ sku }) => sku),
      ])
      if (certain !== undefined) expect([...claims]).toEqual([certain.sku])
      const shuffled = [...all]
        .sort((a, b) => Math.sin(seed + a.sku.length * 7) - Math.sin(seed + b.sku.length * 7))
        .reverse()
      expect(suggestItems(one, createMatchIndex(shuffled))).toEqual(suggested)
    }),
    fromEnvironment(300),
  )
})

test('SKUs and barcodes are alike both ways round, and what is brought into its plain form stays so', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), fc.string(), (a, b, sign) => {
      expect(plainSku(plainSku(a))).toBe(plainSku(a))
      expect(plainSku(a) === plainSku(b)).toBe(plainSku(b) === plainSku(a))
      expect(plainSku(`${a}-${b}`)).toBe(plainSku(`${a}${b}`.replace(/ /g, '')) || plainSku(`${a} ${b}`))
      for (const { plain } of skusWithin(`${a}-${sign}`)) expect(plainSku(plain)).toBe(plain)
    }),
    fromEnvironment(200),
  )
  fc.assert(
    fc.property(upc, (code) => {
      const forms = [code, `0${code}`, `00${code}`, ` ${code.slice(0, 4)}-${code.slice(4)} `]
      const keys = new Set(forms.map((each) => barcodeForms(each)?.comparable))
      expect(keys).toEqual(new Set(/^0*$/.test(code) ? [undefined] : [`00${code}`]))
    }),
    fromEnvironment(100),
  )
})
