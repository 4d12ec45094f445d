import fc from 'fast-check'
import type { ColumnType } from '../unnest.ts'

/** PostgreSQL stores no zero character in a text. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', '')),
  fc.constantFrom('', 'NULL', 'null', '{}', ',', '"', '\\', ' a ', '\n', '库存'),
)

/** Each type of column with values of it, null among them. */
export const kindsOfValues: [ColumnType, fc.Arbitrary<unknown>][] = (
  [
    ['text', text],
    ['uuid', fc.uuid()],
    ['bigint', fc.maxSafeInteger()],
    ['int', fc.integer({ min: -2_147_483_648, max: 2_147_483_647 })],
    ['boolean', fc.boolean()],
    [
      'timestamptz',
      fc.date({ min: new Date('1800-01-01'), max: new Date('2200-12-31'), noInvalidDate: true }),
    ],
    ['date', fc.constantFrom('2026-02-28', '0099-01-01')],
    ['jsonb', fc.record({ text, number: fc.integer(), list: fc.array(text) })],
  ] as [ColumnType, fc.Arbitrary<unknown>][]
).map(([type, arbitrary]) => [type, fc.option(arbitrary, { nil: null })])
