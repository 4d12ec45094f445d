import { Malformed, Unauthorized, Unavailable } from '@plimsoll/connector-kit'
import { DatabaseProblem } from '@plimsoll/database'
import { syncProblem } from '@plimsoll/sync'
import { expect, test } from 'vitest'
import { ConfigurationError } from '../configuration.ts'
import { ImportProblem } from '../import-problem.ts'
import { ListenProblem } from '../listen.ts'
import { CommandProblem, EXIT, explainError } from './output.ts'

const lost = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })

test.each<[unknown, number, string]>([
  [new ConfigurationError('There is no role "chef".'), EXIT.badInput, 'There is no role "chef".'],
  [new CommandProblem('There is no file x.'), EXIT.badInput, 'There is no file x.'],
  [new ImportProblem('Nothing was imported.'), EXIT.badInput, 'Nothing was imported.'],
  [
    syncProblem('unknown-item', 'sku', 'There is no item with the SKU "X".'),
    EXIT.badInput,
    'There is no item with the SKU "X". Check the spelling, or import the item first.',
  ],
  [new ListenProblem('Port 1 is taken.', {}), EXIT.failed, 'Port 1 is taken.'],
  [new DatabaseProblem('disk-full', 'The disk is full.'), EXIT.failed, 'The disk is full. Free some space'],
  [
    lost,
    EXIT.failed,
    'The database did not answer in time (connect ECONNREFUSED 127.0.0.1:5432). Check that it runs',
  ],
  [new Unauthorized('The key was refused.'), EXIT.platform, 'The key was refused. Give working credentials'],
  [new Unavailable('No answer came.', false), EXIT.platform, 'No answer came. Check the address'],
  [new Malformed('No JSON', '<html>'), EXIT.platform, 'No JSON. Look at the address in a browser'],
  ['a string that was thrown', EXIT.failed, 'a string that was thrown'],
])('%s ends with %i and says what to do', (error, exitCode, said) => {
  const explained = explainError(error)
  expect(explained.exitCode).toBe(exitCode)
  expect(explained.message).toContain(said)
  expect(explained.message).not.toContain('\n')
})

test('a defect is told with its place, so that it can be reported', () => {
  expect(explainError(new TypeError('x is undefined'))).toMatchObject({
    exitCode: EXIT.failed,
    message: expect.stringMatching(/^TypeError: x is undefined\n\s+at /),
  })
})
