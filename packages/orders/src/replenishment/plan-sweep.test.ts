import { expect, test } from 'vitest'
import { decideNext, type ReplenishmentClock } from './plan-sweep.ts'

const at = new Date('2026-11-26T12:00:00Z')
const ago = (minutes: number) => new Date(at.getTime() - minutes * 60_000)
const clock = (told: Partial<ReplenishmentClock> = {}): ReplenishmentClock => ({
  sweptItemId: null,
  sweepStartedAt: ago(60),
  sweepEndedAt: ago(50),
  isSweepWanted: false,
  changesUntil: ago(2),
  ...told,
})
const begun = { sweepStartedAt: at, isSweepWanted: false }

test.each<[string, Partial<ReplenishmentClock>, ReturnType<typeof decideNext>]>([
  [
    'nothing was ever planned',
    { sweepStartedAt: null, sweepEndedAt: null },
    { kind: 'sweep', after: null, begun: { ...begun, isSweepWanted: false } },
  ],
  [
    'a sweep is under way',
    { sweptItemId: 'm', sweepEndedAt: null },
    { kind: 'sweep', after: 'm', begun: undefined },
  ],
  [
    'a sweep under way goes on before another that is wanted',
    { sweptItemId: 'm', sweepEndedAt: null, isSweepWanted: true },
    { kind: 'sweep', after: 'm', begun: undefined },
  ],
  [
    'the last began a day ago',
    { sweepStartedAt: ago(24 * 60) },
    { kind: 'sweep', after: null, begun: { ...begun, isSweepWanted: false } },
  ],
  [
    'somebody wants one',
    { isSweepWanted: true },
    { kind: 'sweep', after: null, begun: { ...begun, isSweepWanted: false } },
  ],
  ['changes were looked at just now', {}, { kind: 'wait' }],
  ['changes were looked at five minutes ago', { changesUntil: ago(5) }, { kind: 'changes', since: ago(5) }],
  ['changes were never looked at', { changesUntil: null }, { kind: 'changes', since: ago(60) }],
])('%s', (_, told, next) => {
  expect(decideNext(clock(told), at)).toEqual(next)
})
