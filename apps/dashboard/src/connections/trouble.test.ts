import { expect, test } from 'vitest'
import { decideTrouble } from './trouble.ts'

const now = Date.parse('2026-11-23T12:00:00.000Z')
const before = (seconds: number) => new Date(now - seconds * 1000).toISOString()

test.each([
  [null, null, 'none'],
  ['Throttled.', before(5), 'passing'],
  ['Throttled.', before(59), 'passing'],
  ['The access token is refused.', before(60), 'standing'],
  ['The access token is refused.', null, 'standing'],
])('%s since %s is %s', (error, errorSince, trouble) => {
  expect(decideTrouble({ error, errorSince }, now)).toBe(trouble)
})
