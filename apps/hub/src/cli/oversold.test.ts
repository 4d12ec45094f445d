import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../testing/cli-database.ts'

// Each test is many commands.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let here: Installation
beforeAll(async () => {
  here = await makeInstallation()
})
afterAll(() => here.remove())

test('whose fault, and why at a moment, are told of a hub without orders too', async () => {
  expect(await here.run(['oversold', '--since', '2026-05-01T00:00:00Z'])).toMatchObject({
    code: 0,
    stdout: '0 units sold beyond what was there, of orders placed since 2026-05-01T00:00:00.000Z\n',
  })
  expect(await here.run(['oversold', '--since', 'May'])).toMatchObject({ code: 2, stdout: '' })
  const at = ['--at', '2026-05-01T00:00:00Z']
  expect(await here.run(['explain', 'NONE', ...at])).toMatchObject({ code: 2, stdout: '' })
  expect((await here.run(['explain', 'order', '1042'])).stderr).toContain('There is no order 1042.')
  expect((await here.run(['explain', 'MUG', '1042'])).stderr).toContain('Give one SKU')
})
