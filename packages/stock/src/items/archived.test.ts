import { expect, test } from 'vitest'
import { refuseArchived } from './archived.ts'

const archived = { sku: 'MUG', archivedAt: new Date('2026-05-01T12:00:00Z') }

test.each([
  ['receive', 5, true],
  ['reserve', 0, true],
  ['expect', 0, true],
  ['assemble', 1, true],
  ['adjust', 1, true],
  ['count', 1, true],
  ['adjust', -1, false],
  ['count', -1, false],
  ['count', 0, false],
  ['release', 0, false],
  ['ship', -1, false],
  ['hold', 0, false],
  ['unhold', 0, false],
  ['transfer-out', -1, false],
  ['assemble', -1, false],
  // The world did it already.
  ['return', 1, false],
  ['transfer-in', 1, false],
  ['arrive', 1, false],
])('an archived item and %s of %i on hand: refused is %s', (kind, onHandDelta, refused) => {
  const refusal = refuseArchived(archived, { kind, onHandDelta })
  expect(refusal !== undefined).toBe(refused)
  if (refused) expect(refusal).toMatchObject({ code: 'item-archived', field: 'sku' })
  expect(refuseArchived({ sku: 'MUG', archivedAt: null }, { kind, onHandDelta })).toBeUndefined()
})
