import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnIn, contentOf, emptyDraft, toDefinition, toDraft, toExpression } from './draft.ts'

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== '')

test('whatever a column is called, picking it is found again as that column', () => {
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 6 }), (columns) => {
      for (const column of columns) expect(columnIn(toExpression(column), columns)).toBe(column)
    }),
  )
  expect(columnIn('Box & Article', ['Box', 'Article'])).toBeUndefined()
})

test('a description comes back from the fields as it was, what no screen shows included', () => {
  const written = {
    locations: [{ id: 'A', name: 'Hall A' }],
    feeds: {
      levels: {
        folder: 'stock',
        format: { kind: 'csv', separator: ';' },
        map: { fields: { sku: 'Article', onHand: '$number(Stock) * 2' } },
      },
      items: { format: { kind: 'excel' }, map: '{ "sku": Code }' },
    },
    folders: { archive: 'done', whole: 'done-file' },
    out: {
      cancels: { file: 'C_{id}.csv', format: { kind: 'csv' }, content: '{ "r": shipmentId }' },
      'shipment-requests': { file: 'O_{id}.csv', format: { kind: 'csv' }, content: 'lines' },
    },
    memoryDays: 30,
  }
  expect(toDefinition(toDraft(JSON.stringify(written)))).toEqual(written)
})

test('columns that are picked by name are the same once each is an expression', () => {
  const draft = toDraft(
    JSON.stringify({ feeds: { levels: { format: { kind: 'csv' }, map: { columns: { sku: '客户SKU' } } } } }),
  )
  expect(draft.feeds.levels?.fields).toEqual({ sku: '`客户SKU`' })
  expect(draft.places).toEqual(emptyDraft.places)
})

test('what a request says comes apart into its columns again, and a text of one’s own stays whole', () => {
  const columns = fc.array(
    fc.record({
      name,
      text: fc.constantFrom(
        'shipmentId',
        'recipient.name',
        'line.sku',
        '$join(recipient.addressLines, ", ")',
        'line.quantity & "x"',
      ),
    }),
    { minLength: 1, maxLength: 6 },
  )
  fc.assert(
    fc.property(columns, (some) => {
      const requests = { terms: { file: 'O_{id}.csv' }, columns: some, whole: undefined }
      const again = toDraft(JSON.stringify(toDefinition({ ...emptyDraft, requests })))
      expect(again.requests?.columns).toEqual(some)
    }),
  )
  const own = { out: { 'shipment-requests': { content: '$map(lines, function($l) {{ "a": $l.sku }})' } } }
  expect(toDraft(JSON.stringify(own)).requests).toMatchObject({
    columns: [],
    whole: own.out['shipment-requests'].content,
  })
  expect(contentOf([{ name: 'SKU', text: 'line.sku & lines[0].sku' }])).toContain(
    '$o.($line.sku & lines[0].sku)',
  )
})
