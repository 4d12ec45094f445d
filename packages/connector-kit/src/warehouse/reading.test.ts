import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Malformed, NotFound, Unavailable } from '../errors.ts'
import { fromEnvironment } from '../property-runs.ts'
import { fitAddressLines, fitName } from './address-lines.ts'
import { beforeItLeaves, hubIdOf, readEachRow, unitsBySku } from './reading.ts'

test('lines that fit keep every word in its order, within the fields; else nothing comes', () => {
  const line = fc.array(
    fc.string({ minLength: 1, maxLength: 9 }).filter((word) => !/[\s,]/.test(word)),
    { maxLength: 9 },
  )
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 5 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 4, max: 50 }),
      (given, fields, charactersMax) => {
        const lines = given.map((words) => words.join(' '))
        const fitted = fitAddressLines(lines, { fields, charactersMax })
        if (fitted === undefined) return
        expect(fitted.length).toBeLessThanOrEqual(fields)
        expect(fitted.every((field) => [...field].length <= charactersMax && field !== '')).toBe(true)
        expect(fitted.join(' ').replaceAll(',', '').split(' ')).toEqual(given.flat())
      },
    ),
    fromEnvironment(),
  )
})

test('lines that fit as they are stay as they are; a word too long fits nowhere', () => {
  const within = { fields: 2, charactersMax: 10 }
  expect(fitAddressLines(['77 Lane', ' Flat 2 '], within)).toEqual(['77 Lane', 'Flat 2'])
  expect(fitAddressLines(['77 Long Lane'], within)).toEqual(['77 Long', 'Lane'])
  expect(fitAddressLines(['Donaudampfschifffahrt'], within)).toBeUndefined()
  expect(fitAddressLines(['', ' '], within)).toBeUndefined()
  expect(fitAddressLines(['a', 'b', 'c'], within)).toEqual(['a, b, c'])
  expect(fitName('Anna Maria Sibylla Merian', 10)).toBeUndefined()
  expect(fitName('Anna Merian', 10)).toEqual(['Anna', 'Merian'])
  expect(fitName('Anna', 10)).toEqual(['Anna', undefined])
})

test('a row that cannot be read is named, the others go on', async () => {
  const of = {
    schema: z.object({ id: z.string(), units: z.number() }),
    idOf: (raw: unknown) => (raw as { id?: string } | null)?.id,
    toRow: ({ id, units }: { id: string; units: number }) => {
      if (units < 0) throw new Malformed('less than nothing', '')
      return units === 0 ? undefined : id
    },
  }
  const raws = [
    { id: 'a', units: 1 },
    { id: 'b' },
    { id: 'c', units: -1 },
    { id: 'd', units: 0 },
    { id: 'e', units: 2 },
  ]
  expect(await readEachRow(raws, of)).toEqual({
    rows: ['a', 'e'],
    unreadable: [
      { externalId: 'b', version: undefined },
      { externalId: 'c', version: undefined },
    ],
  })
  await expect(readEachRow([{ units: 1 }], of)).rejects.toBeInstanceOf(Malformed)
  await expect(readEachRow([null], of)).rejects.toBeInstanceOf(Malformed)
  const failing = { ...of, toRow: () => Promise.reject(new Unavailable('down', true)) }
  await expect(readEachRow([{ id: 'a', units: 1 }], failing)).rejects.toBeInstanceOf(Unavailable)
  const answered = { ...of, toRow: () => Promise.reject(new Malformed('no JSON', '', true, { status: 200 })) }
  await expect(readEachRow([{ id: 'a', units: 1 }], answered)).rejects.toBeInstanceOf(Malformed)
})

test('a look-up that failed says that the request never left; a refusal stays one', async () => {
  await expect(beforeItLeaves(() => Promise.reject(new Unavailable('down', true)))).rejects.toMatchObject({
    sent: false,
  })
  await expect(beforeItLeaves(() => Promise.reject(new Malformed('?', '')))).rejects.toMatchObject({
    kind: 'unavailable',
    sent: false,
  })
  await expect(beforeItLeaves(() => Promise.reject(new NotFound('gone')))).rejects.toMatchObject({
    kind: 'not-found',
  })
})

test('the hub’s id is found wherever it stands, and nothing else is one', () => {
  const id = '0b8f4a52-1111-4222-8333-444455556666'
  expect(hubIdOf(id)).toBe(id)
  expect(hubIdOf(`PO-7 ${id.toUpperCase()}`)).toBe(id)
  for (const other of ['by-hand-1', '', null, undefined]) expect(hubIdOf(other)).toBeUndefined()
})

test('lines of one SKU are one, and no unit is lost', () => {
  const lines = fc.array(
    fc.record({ sku: fc.constantFrom('A', 'B', 'C'), quantity: fc.integer({ min: 1, max: 99 }) }),
  )
  fc.assert(
    fc.property(lines, (given) => {
      const merged = unitsBySku(given)
      const sum = (rows: readonly { quantity: number }[]) =>
        rows.reduce((total, { quantity }) => total + quantity, 0)
      expect(sum(merged)).toBe(sum(given))
      expect(new Set(merged.map(({ sku }) => sku)).size).toBe(merged.length)
    }),
    fromEnvironment(),
  )
})
