import { Invalid, RateLimited, Unauthorized, Unavailable } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { decideErrand, decideFailure, type ErrandState, mayActMs } from './errands.ts'

const NOW = new Date('2026-05-01T10:00:00Z')
const at = (ms: number) => new Date(NOW.getTime() + ms)

test.each<[string, ErrandState, number, number | null, string]>([
  ['one that nobody has begun is made', 'waiting', 0, null, 'make'],
  ['not before its time', 'waiting', 1_000, null, 'wait'],
  ['one under way is left alone', 'sent', 0, 1_000, 'wait'],
  ['one whose process died is looked for once it can act no more', 'sent', 0, 0, 'look'],
  ['so is one whose answer was lost', 'unknown', 0, -1, 'look'],
  ['and not a moment before', 'unknown', 0, 1, 'wait'],
])('%s', (_, state, notBeforeMs, callsUntilMs, kind) => {
  const callsUntil = callsUntilMs === null ? null : at(callsUntilMs)
  expect(decideErrand({ state, notBefore: at(notBeforeMs), callsUntil }, { now: NOW }).kind).toBe(kind)
})

test.each([
  ['a call that surely never left is made again', new Unavailable('no network', false), 'again'],
  ['of one that left nobody knows', new Unavailable('no answer', true), 'unknown'],
  ['a throttled one waits as it is told', new RateLimited('slow down', 30_000), 'again'],
  ['what is refused is for a person', new Invalid('no such street', 'recipient'), 'refused'],
  ['without access it keeps until there is some', new Unauthorized('no'), 'again'],
] as const)('%s', (_, error, kind) => {
  const failed = decideFailure(error, { now: NOW, attempts: 1 })
  expect(failed.kind).toBe(kind)
  if (failed.kind === 'again') expect(failed.at.getTime()).toBeGreaterThan(NOW.getTime())
})

test('a throttled call waits no less than the platform asks, a failed one longer each time, up to a bound', () => {
  const waits = (error: Parameters<typeof decideFailure>[0], attempts: number) => {
    const failed = decideFailure(error, { now: NOW, attempts })
    return failed.kind === 'again' ? failed.at.getTime() - NOW.getTime() : undefined
  }
  expect(waits(new RateLimited('slow down', 30_000), 1)).toBe(30_000)
  const longer = [0, 1, 5, 50].map((attempts) => waits(new Unavailable('no network', false), attempts))
  expect(longer).toEqual([1_000, 2_000, 32_000, 600_000])
})

test('under a key nothing is waited for but the call itself', () => {
  expect([mayActMs('by-key', 300_000), mayActMs('by-read-back', 300_000)]).toEqual([0, 300_000])
})
