// What can be done about an oversold item, in the order of what harms least.
import { expect, test } from 'vitest'
import { type CureFacts, describeCures, orderCures } from './cures.ts'

const cures = (facts: Partial<CureFacts>) => orderCures({ spare: [], incoming: 0, penalties: [], ...facts })
const counted = (cure: 'cancel' | 'incoming' | 'split', severity: 1 | 2 | 3) => ({
  cure,
  severity,
  counts: { en: `the ${cure} rate`, zh: `${cure}率` },
  source: 'seller handbook',
  verified: false,
  connectionName: 'Market',
})

test.each<[string, Partial<CureFacts>, string[]]>([
  ['nothing else is there', {}, ['split', 'substitute', 'cancel']],
  [
    'another location has some',
    { spare: [{ locationCode: 'EAST', units: 3 }] },
    ['another-location', 'split', 'substitute', 'cancel'],
  ],
  ['some are on their way', { incoming: 4 }, ['incoming', 'split', 'substitute', 'cancel']],
  [
    'a platform counts late shipments more than cancellations',
    { incoming: 4, penalties: [counted('incoming', 3), counted('cancel', 2)] },
    ['split', 'substitute', 'cancel', 'incoming'],
  ],
])('%s', (_, facts, order) => {
  expect(cures(facts).map(({ cure }) => cure)).toEqual(order)
})

test('a task says what could serve it, where, and what is counted', () => {
  const found = cures({ spare: [{ locationCode: 'EAST', units: 3 }], penalties: [counted('cancel', 1)] })
  // In both languages for screens.
  expect(found.at(-1)?.counted).toMatchObject([
    { connection: 'Market', counts: { en: 'the cancel rate', zh: 'cancel率' } },
  ])
  expect(describeCures(2, found)).toBe(
    '2 more units are promised than are there. Cures, least harm first: ship from another location (3 at EAST); split: send what is there, the rest later; offer a substitute; cancel [counted: Market: the cancel rate (seller handbook, not verified)].',
  )
})
