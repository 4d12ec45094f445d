import { expect, test } from 'vitest'
import { type LotStanding, standingOf } from './lot-standing.ts'

const at = Date.parse('2026-11-25T12:00:00Z')
const there = (isUsable: boolean) => ({
  locationCode: 'RTM',
  onHand: 1,
  reserved: 0,
  held: 0,
  incoming: 0,
  available: 1,
  isUsable,
})
type Lot = Parameters<typeof standingOf>[0]

test.each<[string, Lot, LotStanding]>([
  ['usable', { status: 'released', expiresOn: '2026-11-25', balances: [there(true)] }, 'released'],
  ['expired somewhere', { status: 'released', expiresOn: '2026-11-24', balances: [there(false)] }, 'expired'],
  ['gone, its day past', { status: 'released', expiresOn: '2026-11-24', balances: [] }, 'expired'],
  ['gone on its last day', { status: 'released', expiresOn: '2026-11-25', balances: [] }, 'released'],
  ['without a day', { status: 'released', expiresOn: null, balances: [] }, 'released'],
  [
    'recalled and expired',
    { status: 'recalled', expiresOn: '2020-01-01', balances: [there(false)] },
    'recalled',
  ],
  ['in quarantine', { status: 'quarantined', expiresOn: null, balances: [there(false)] }, 'quarantined'],
])('a lot %s', (_what, lot, standing) => {
  expect(standingOf(lot, at)).toBe(standing)
})
