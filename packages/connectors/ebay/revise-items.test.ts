import { describe, expect, test } from 'vitest'
import type { ItemWrite } from './level-writes.ts'
import { readOutcomes } from './revise-items.ts'
import type { TradingError } from './trading-errors.ts'

const item = (itemId: string, sku?: string): ItemWrite => ({
  write: {
    writeId: `w-${itemId}${sku ?? ''}`,
    stockUnitId: '',
    locationId: 'default',
    quantity: 4,
    expected: 9,
  },
  unit: { world: 'item', itemId, sku },
})
const error = (code: string, ...values: string[]): TradingError => ({
  code,
  message: 'no',
  severity: 'Error',
  values,
})
const answer = (
  ack: 'Success' | 'Warning' | 'PartialFailure' | 'Failure',
  echoes: { itemId: string; sku?: string; quantity?: number }[],
  ...errors: TradingError[]
): Parameters<typeof readOutcomes>[1] => ({
  ack,
  errors,
  echoes: echoes.map(({ itemId, sku, quantity }) => ({ itemId, sku, quantity })),
  root: { name: 'ReviseInventoryStatusResponse', attributes: {}, text: '', children: [] },
  date: undefined,
  response: { status: 200, headers: { rlogid: 'r-1' }, text: '<x/>', date: undefined, durationMs: 1 },
})

test('what is echoed was taken; another number than was sent counts what was sold: what is left is read', () => {
  const sold = item('220', 'A')
  const outcomes = readOutcomes(
    [item('110'), sold],
    answer('Success', [
      { itemId: '110', quantity: 4 },
      { itemId: '220', sku: 'A', quantity: 7 },
    ]),
  )
  expect(outcomes).toEqual([
    { writeId: 'w-110', kind: 'applied', quantity: 4 },
    { kind: 'taken', item: sold },
  ])
})

test('I12: an echo without a number is no proof: it is read', () => {
  expect(readOutcomes([item('110')], answer('Success', [{ itemId: '110' }]))).toMatchObject([
    { kind: 'taken' },
  ])
})

describe('of four rows one is refused', () => {
  const call = [item('110'), item('220'), item('330', 'A')]
  const echoes = [
    { itemId: '110', quantity: 4 },
    { itemId: '330', sku: 'A', quantity: 4 },
  ]
  test.each([
    ['named by its number', error('21916750', '220'), 'not-found'],
    ['not named, but it is the only one', error('21916286'), 'invalid'],
    ['managed elsewhere', error('21919474', '220'), 'invalid'],
  ])('%s', (_how, problem, kind) => {
    expect(readOutcomes(call, answer('PartialFailure', echoes, problem))).toMatchObject([
      { kind: 'applied' },
      { kind: 'refused', error: { kind, platform: { code: problem.code, requestId: 'r-1' } } },
      { kind: 'applied' },
    ])
  })
})

test('none was taken and nobody is named: each is asked for by itself', () => {
  expect(readOutcomes([item('110'), item('220')], answer('Failure', [], error('21916750')))).toBe('ask-each')
  expect(readOutcomes([item('110')], answer('Failure', [], error('21916750')))).toMatchObject([
    { kind: 'refused' },
  ])
})

test('a warning is no refusal', () => {
  const warning: TradingError = { ...error('42'), severity: 'Warning' }
  expect(
    readOutcomes([item('110')], answer('Warning', [{ itemId: '110', quantity: 4 }], warning)),
  ).toMatchObject([{ kind: 'applied' }])
})

test.each([
  ['931', 'unauthorized'],
  ['932', 'unauthorized'],
  ['21917053', 'unauthorized'],
  ['518', 'rate-limited'],
  ['10007', 'unavailable'],
  ['841', 'forbidden'],
])('%s concerns the whole call: %s', (code, kind) => {
  expect(() => readOutcomes([item('110'), item('220')], answer('Failure', [], error(code)))).toThrow(
    expect.objectContaining({ kind }),
  )
})

test('a failure without a reason is Malformed', () => {
  expect(() => readOutcomes([item('110'), item('220')], answer('Failure', []))).toThrow(
    expect.objectContaining({ kind: 'malformed' }),
  )
})
