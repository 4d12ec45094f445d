import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../testing/cli-database.ts'

// A command with input is a process of its own: a second and more where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let here: Installation
beforeAll(async () => {
  here = await makeInstallation()
})
afterAll(() => here.remove())

test('where nothing waits it says so, and what is not there is refused by name', async () => {
  expect(await here.run(['listing', 'changes'])).toMatchObject({
    code: 0,
    stdout: 'No listing waits for you.\n',
  })
  const unknown = await here.run(['listing', 'decide', 'x', 'keep'])
  expect(unknown).toMatchObject({ code: 2, stdout: '' })
  expect(unknown.stderr).toContain('"x" is no id of a listing.')
  expect(await here.run(['application', 'list'])).toMatchObject({ code: 0, stdout: 'There is none.\n' })
  const input = JSON.stringify({ consumerKey: 'ck_secret' })
  const without = await here.runAlone(['application', 'add', 'woocommerce', '--credentials', '-'], { input })
  expect(without).toMatchObject({ code: 2, stdout: '' })
  expect(without.stderr).toContain('calls each connection at an address of its own')
  expect(without.stderr).not.toContain('ck_secret')
  expect(await here.run(['application', 'remove', 'woocommerce', 'none'])).toMatchObject({ code: 2 })
  const nowhere = await here.run(['connection', 'places', 'Nowhere'])
  expect(nowhere).toMatchObject({ code: 2, stdout: '' })
})
