import { expect, test } from 'vitest'
import { formatAgo, formatChange, formatDay, formatDuration, formatNumber, formatShare } from './format.ts'

const now = Date.parse('2026-11-23T12:00:00.000Z')
const before = (seconds: number) => new Date(now - seconds * 1000).toISOString()

test.each([
  [2, '2s ago', '2秒前'],
  [59, '59s ago', '59秒前'],
  [60, '1m ago', '1分钟前'],
  [3599, '59m ago', '59分钟前'],
  [7200, '2h ago', '2小时前'],
  [200_000, '2d ago', '2天前'],
  [30 * 86_400, 'Oct 24, 2026', '2026年10月24日'],
  [1, 'now', '现在'],
  [-5, 'now', '现在'],
])('%i seconds ago reads %s and %s', (seconds, english, chinese) => {
  expect(formatAgo('en', before(seconds), now)).toBe(english)
  expect(formatAgo('zh-CN', before(seconds), now)).toBe(chinese)
})

test('a day is the same wherever it is read', () => {
  expect(formatDay('en', '2026-12-31')).toBe('Dec 31, 2026')
  expect(formatDay('zh-CN', '2026-12-31')).toBe('2026年12月31日')
})

test('nearly all is never shown as all', () => {
  expect(formatShare('en', 0.99999)).toBe('99.9%')
  expect(formatShare('en', 1)).toBe('100%')
})

test('numbers are grouped, changes carry their sign, durations their unit', () => {
  expect(formatNumber('en', 100_000)).toBe('100,000')
  expect(formatChange('en', 3)).toBe('+3')
  expect(formatChange('en', 0)).toBe('0')
  expect([formatDuration('en', 612), formatDuration('en', 2140)]).toEqual(['612 ms', '2.1s'])
  expect([formatDuration('zh-CN', 612), formatDuration('zh-CN', 2140)]).toEqual(['612毫秒', '2.1秒'])
})
