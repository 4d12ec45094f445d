import { readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createTestDatabase, makeTemporaryFolder, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { lastJson, runHere } from '../testing/run-cli.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** docs/guides/connect-a-warehouse.md, followed to the letter: its files, its description, its commands. */
const guide = readFileSync(new URL('../../../../docs/guides/connect-a-warehouse.md', import.meta.url), 'utf8')

let folder: string
let database: TestDatabase
beforeAll(async () => {
  folder = await makeTemporaryFolder()
  database = await createTestDatabase()
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const run = async (args: readonly string[]) => {
  const ended = await runHere([...args, '--json', '--data', folder, '--database-url', database.url])
  return { code: ended.code, said: lastJson(ended) as Record<string, unknown>, stderr: ended.stderr }
}

test('followed from sample files and a spec sheet, it ends with a connected Scoot', async () => {
  for (const [, name = '', text = ''] of guide.matchAll(/^```(?:csv|json) (\S+)\n([\s\S]*?)^```$/gm))
    await writeFile(path.join(folder, name), text)
  const commands = [...guide.matchAll(/^\$ plimsoll (.*)$/gm)].map(([, command = '']) => command)
  expect(commands).toHaveLength(5)

  const outcomes = []
  for (const command of commands) outcomes.push(await run(wordsOf(command)))
  expect(outcomes.map(({ code, stderr }) => [code, stderr])).toEqual(commands.map(() => [0, '']))
  const [, stock, shipped, files, again] = outcomes.map(({ said }) => said)
  expect(stock).toMatchObject({
    isNew: true,
    file: { feed: 'levels', sequence: '20261126171500', saidAt: '2026-11-26T16:15:00.000Z' },
  })
  expect(shipped).toMatchObject({ isNew: true, file: { feed: 'shipments' } })
  expect(files).toMatchObject({ rows: [{ feed: 'shipments' }, { feed: 'levels' }] })
  expect(again).toMatchObject({ isNew: false })

  await writeFile(path.join(folder, 'OTHER.csv'), 'x')
  expect((await run(['warehouse', 'file', 'Scoot', path.join(folder, 'OTHER.csv')])).code).toBe(2)
  const saved = path.join(folder, 'saved.csv')
  const { position } = (stock?.file ?? {}) as { position: number }
  expect((await run(['warehouse', 'save', 'Scoot', String(position), saved])).code).toBe(0)
  expect(readFileSync(saved, 'utf8')).toBe(
    readFileSync(path.join(folder, 'STOCK_20261126171500.csv'), 'utf8'),
  )
  expect(await run(['warehouse', 'accept', 'Scoot', String(position)])).toMatchObject({
    code: 0,
    said: { accepted: true },
  })
  expect((await run(['warehouse', 'accept', 'Scoot', '999'])).code).toBe(2)
})

/** As a shell would: quotes, and the content of a file. Names of files are those of the folder. */
function wordsOf(command: string): string[] {
  const words = command.match(/"[^"]*"|\S+/g) ?? []
  return words.map((word) => {
    const bare = word
      .replaceAll('"', '')
      .replace(/\$\(cat ([^)]+)\)/, (_, name: string) => readFileSync(path.join(folder, name), 'utf8'))
    return /^[A-Z_0-9]+\.csv$|^keys\.json$/.test(bare) ? path.join(folder, bare) : bare
  })
}
