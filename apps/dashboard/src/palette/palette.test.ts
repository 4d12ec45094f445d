import { expect, test } from 'vitest'
import { goTos, meaningOf, type Press } from './keys.ts'
import { fitOf, fitting } from './match.ts'

const press = (key: string, rest: Partial<Press> = {}): Press => ({
  key,
  isCtrlOrMeta: false,
  isAlt: false,
  isTyping: false,
  isComposing: false,
  ...rest,
})

test.each([
  [press('k', { isCtrlOrMeta: true }), false, { kind: 'palette' }],
  [press('K', { isCtrlOrMeta: true, isTyping: true }), false, { kind: 'palette' }],
  [press('k', { isCtrlOrMeta: true, isComposing: true }), false, { kind: 'none' }],
  [press('?'), false, { kind: 'help' }],
  [press('?', { isTyping: true }), false, { kind: 'none' }],
  [press('g'), false, { kind: 'begun' }],
  [press('g', { isTyping: true }), false, { kind: 'none' }],
  [press('o'), true, { kind: 'go', to: '/orders' }],
  [press('o'), false, { kind: 'none' }],
  [press('o', { isTyping: true }), true, { kind: 'none' }],
  [press('o', { isCtrlOrMeta: true }), true, { kind: 'none' }],
  [press('z'), true, { kind: 'none' }],
])('%o after g (%s) means %o', (key, begun, meaning) => {
  expect(meaningOf(key, begun)).toEqual(meaning)
})

test('no two screens have the same keys', () => {
  expect(new Set(goTos.map(({ keys }) => keys.join(''))).size).toBe(goTos.length)
})

test('the beginning fits best, letters in order last, and width and case do not count', () => {
  const names = ['Replenishment', 'Orders', 'Reorder points', 'Parked', 'Order 12', '订单']
  expect(
    fitting(
      names.map((label) => ({ label })),
      'order',
    ).map(({ label }) => label),
  ).toEqual(['Orders', 'Order 12', 'Reorder points'])
  expect(fitting([{ label: '订单', also: 'Orders' }], 'orders')).toHaveLength(1)
  expect(fitOf('ABC-1', 'ＡＢＣ')).toBe(5)
  expect(fitOf('Orders', 'x')).toBe(0)
  expect(fitting([{ label: 'a' }, { label: 'b' }], '').map(({ label }) => label)).toEqual(['a', 'b'])
})
