import type { Field, Shape } from './answer-shapes.ts'

export type RandomValues = {
  chance(share: number): boolean
  oneOf<T>(values: readonly T[]): T
  id(): number
  of(shape: Shape): unknown
  objectOf(shape: Shape & { kind: 'object' }): Record<string, unknown>
  /** None to four rows. */
  rowsOf(shape: Shape & { kind: 'object' }): Record<string, unknown>[]
}

/** Values of a shape, hostile within what it allows. */
export function createRandomValues(random: () => number): RandomValues {
  // Beyond the ids that tests ask for, so that nothing is met by accident.
  let count = 100_000
  const values: RandomValues = {
    chance: (share) => random() < share,
    oneOf(all) {
      // In boxes, since undefined may be one of them.
      const box = all.map((value) => ({ value }))[Math.floor(random() * all.length)]
      if (box === undefined) throw new Error('nothing to choose from')
      return box.value
    },
    id() {
      count += 1
      return count
    },
    objectOf: ({ fields }) =>
      Object.fromEntries(
        Object.entries(fields).flatMap(([name, field]) => {
          if (field.orAbsent === true && values.chance(0.15)) return []
          return [[name, fieldOf(field)]]
        }),
      ),
    rowsOf: (shape) => Array.from({ length: Math.floor(random() * 5) }, () => values.objectOf(shape)),
    of(shape) {
      switch (shape.kind) {
        case 'id':
          return values.chance(0.01) ? Number.MAX_SAFE_INTEGER : values.id()
        case 'reference':
          return values.oneOf([0, 1, 2, 57, 4_294_967_295])
        case 'text':
          return values.oneOf(texts)
        case 'flag':
          return values.chance(0.5)
        case 'units':
          return values.chance(0.02) ? 1.5 : values.oneOf([0, 1, 1, 2, 3, 2_147_483_647])
        case 'stock':
          return values.oneOf([
            0,
            1,
            5,
            -3,
            2_147_483_647,
            1.5,
            '7',
            '1.5',
            '5.0000',
            '',
            ' ',
            '0x10',
            '1e3',
            1e21,
          ])
        case 'refunded-units':
          return values.chance(0.02) ? -0.5 : values.oneOf([0, -1, -2])
        case 'moment':
          return values.oneOf(moments)
        case 'anything':
          return values.oneOf<unknown>(['', 'no', 0, null, true, [], {}, { a: [1] }, ['x'], '1'])
        case 'oneOf':
          return values.oneOf(shape.values)
        case 'list':
          return listOf(shape)
        case 'object':
          return values.objectOf(shape)
        default: {
          const never: never = shape
          return never
        }
      }
    },
  }
  const fieldOf = (field: Field): unknown =>
    field.orNull === true && values.chance(0.15) ? null : values.of(field)
  /** PHP writes a list with gaps as an object with numbers for names. */
  const listOf = ({ of, most = 4 }: Shape & { kind: 'list' }): unknown => {
    const rows = Array.from({ length: Math.floor(random() * (most + 1)) }, () => values.of(of))
    if (rows.length === 0 || !values.chance(0.05)) return rows
    return Object.fromEntries(rows.map((row, at) => [String(at * 2), row]))
  }
  return values
}

const moments = [
  '2026-11-24T01:02:03',
  '2026-11-24T01:02:04',
  '2024-02-29T23:59:59',
  '1970-01-01T00:00:00',
  '9999-12-31T23:59:59',
]

const texts = [
  '',
  ' ',
  'plain',
  'null',
  '0',
  '中文货号 🧦',
  '"\\\'; drop table listing; --',
  '<script>alert(1)</script>&amp;',
  '\u0000\u001f\u2028\u202e',
  '__proto__',
  'x'.repeat(5_000),
]
