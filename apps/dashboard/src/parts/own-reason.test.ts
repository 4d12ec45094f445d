import { expect, test } from 'vitest'
import { readOwnReason } from './own-reason.ts'

test.each([
  ['opening stock', { reason: 'opening-stock', name: '' }],
  ['counted by ShipBob: West', { reason: 'counted-by', name: 'ShipBob: West' }],
  ['counted already by Scoot', { reason: 'counted-already-by', name: 'Scoot' }],
  ['import july.csv', { reason: 'import', name: 'july.csv' }],
  ['we found some delivery notes', undefined],
  [null, undefined],
])('%s is %j', (reason, own) => expect(readOwnReason(reason)).toEqual(own))
