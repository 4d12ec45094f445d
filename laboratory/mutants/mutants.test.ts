import { expect, test } from 'vitest'
import { listMutants, whyNotApplicable } from '../running/mutant-tree.ts'

test.each(listMutants())('mutant %s still applies to the code as it is', (name) => {
  expect(whyNotApplicable(name)).toBeUndefined()
})

test('there are at least a dozen mutants', () => {
  expect(listMutants().length).toBeGreaterThanOrEqual(12)
})
