import { Forbidden, Unavailable } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { syncProblem } from './errors.ts'
import { troubleOf } from './told-trouble.ts'

test.each([
  [new Unavailable('No answer.', true), { code: 'unavailable', facts: { message: 'No answer.' } }],
  [
    syncProblem('name-taken', 'name', 'There is one.'),
    { code: 'refused', facts: { refusal: 'name-taken', message: 'There is one.' } },
  ],
  [new TypeError('x is not'), { code: 'failed', facts: { message: 'x is not' } }],
  ['words', { code: 'failed', facts: { message: 'words' } }],
])('what ended something keeps who said it and what: %s', (error, told) => {
  expect(troubleOf(error)).toEqual(told)
})

test('a right that is missing keeps its name', () => {
  const told = troubleOf(new Forbidden('Not yours.', 'write_inventory'))
  expect(told).toEqual({ code: 'forbidden', facts: { message: 'Not yours.', scope: 'write_inventory' } })
})
