import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../testing/cli-database.ts'

// Each test is many commands.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let here: Installation
beforeAll(async () => {
  here = await makeInstallation()
})
afterAll(() => here.remove())

const policy = (...args: string[]) => here.run(['policy', ...args])

test('a policy is set, shown and taken back; what contradicts it is refused', async () => {
  expect(await policy('show')).toMatchObject({
    stdout: 'No policy is set: channels show all that is available.\n',
  })
  expect(await policy('set', '--cap', '20', '--paused', 'no')).toEqual({
    code: 0,
    stdout: 'cap 20, paused no\n',
    stderr: '',
  })
  expect(await policy('set', '--floor', '30')).toMatchObject({
    code: 2,
    stdout: '',
    stderr:
      'plimsoll: A floor of 30 above the cap of 20 leaves nothing between them to show. Change one of the two, or take it back.\n',
  })
  expect(await policy('show')).toMatchObject({ stdout: 'everything: cap 20, paused no\n' })
  expect(await policy('set', '--cap', 'none', '--paused', 'none')).toMatchObject({
    stdout: 'nothing is set\n',
  })
  expect(await policy('shelf-life', '30', '--customer', 'Ada')).toMatchObject({
    stdout: 'customer Ada: 30 days\n',
  })
  expect((await policy('shelf-life')).stdout).toBe('customer Ada: 30 days\n')
  expect((await policy('shelf-life', 'none', '--customer', 'Ada')).stdout).toContain('No minimum is set')
  expect(await policy('set')).toMatchObject({ code: 2, stdout: '' })
  expect(await policy('set', '--paused', 'maybe')).toMatchObject({ code: 2, stdout: '' })
  expect(await policy('set', '--connection', 'Nowhere', '--cap', '1')).toMatchObject({ code: 2 })
})
