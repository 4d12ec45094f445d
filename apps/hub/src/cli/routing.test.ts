import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../testing/cli-database.ts'

// Each command is a process of its own: a second and more where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let here: Installation
beforeAll(async () => {
  here = await makeInstallation()
})
afterAll(() => here.remove())

const routing = (...args: string[]) => here.run(['routing', ...args])
const fileOf = (name: string, text: string) => {
  const file = join(tmpdir(), `plimsoll-${process.pid}-${name}`)
  writeFileSync(file, text)
  return file
}

test('rules are shown, tried on orders of a file, and put in force; what is wrong is refused by its rule', async () => {
  expect((await routing('show')).stdout).toContain(
    'The defaults: nobody has set others.\n{"kind":"capacity"}',
  )
  const rules = fileOf('rules.jsonl', '{"kind":"split","parcelsMax":1}\n{"kind":"nearest"}\n')
  const orders = fileOf(
    'orders.json',
    JSON.stringify([
      {
        number: '1042',
        placedAt: '2026-11-02T09:00:00Z',
        destination: { country: 'US' },
        lines: [{ sku: 'NOTHING', units: 1 }],
      },
    ]),
  )
  expect(await routing('try', '--rules', rules, '--orders-file', orders)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no item with the SKU "NOTHING"'),
  })
  expect((await routing('try', '--rules', rules)).stdout).toContain('0 orders would leave from elsewhere.')
  expect((await routing('set', rules)).stdout).toMatch(
    /^Version 1, by cli at .*\n\{"kind":"split","parcelsMax":1\}/,
  )
  const wrong = fileOf('wrong.jsonl', '{"kind":"nearest"}\n{"kind":"nearest"}\n')
  expect(await routing('set', wrong)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('rule 2 kind: there is a rule nearest above'),
  })
  expect(await routing('set', rules, '--if-version', '0')).toMatchObject({ code: 2 })
  expect(await routing('explain', '1042')).toMatchObject({ code: 2 })
})
