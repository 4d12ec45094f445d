import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandOf, createStockWorld, type StockWorld } from '../testing/stock-world.ts'
import { CommandWriter } from './command-writer.ts'
import { runStockCommands } from './run-commands.ts'

let database: TestDatabase
let world: StockWorld
beforeAll(async () => {
  database = await createTestDatabase()
  world = await createStockWorld(database, { skus: ['A'], locationCodes: ['MAIN'] })
})
afterAll(() => database.drop())

test('I5: whoever comes at once shares a transaction, hears its own outcome, and ten of ten units are granted', async () => {
  await runStockCommands(database, world.context, [commandOf('receive', 'A', 10)])
  let transactions = 0
  const writer = new CommandWriter((commands) => {
    transactions += 1
    return runStockCommands(database, world.context, commands)
  })
  const asked = Array.from({ length: 64 }, (_, nth) => commandOf('reserve', 'A', 1, { key: `R${nth}` }))
  const answers = await Promise.all(asked.map((command) => writer.run([command])))
  expect(answers.map(([outcome]) => outcome?.key)).toEqual(asked.map(({ key }) => key))
  expect(answers.flat().filter(({ kind }) => kind === 'applied')).toHaveLength(10)
  expect(transactions).toBe(1)
})

test('who comes while a transaction is under way goes with the next, in the order of coming', async () => {
  const batches: string[][] = []
  const gate = Promise.withResolvers<void>()
  const writer = new CommandWriter(async (commands) => {
    batches.push(commands.map(({ key }) => key))
    if (batches.length === 1) await gate.promise
    return commands.map(({ key }) => ({
      key,
      kind: 'refused',
      code: 'unknown-sku',
      field: 'sku',
      message: '',
    }))
  })
  const first = writer.run([commandOf('receive', 'A', 1, { key: '1' })])
  await Promise.resolve()
  await Promise.resolve()
  const later = ['2', '3', '4'].map((key) => writer.run([commandOf('receive', 'A', 1, { key })]))
  gate.resolve()
  await Promise.all([first, ...later])
  expect(batches).toEqual([['1'], ['2', '3', '4']])
})

test('one request that cannot be carried out fails alone', async () => {
  const writer = new CommandWriter(async (commands) => {
    if (commands.some(({ key }) => key === 'bad')) throw new Error('a defect')
    return await runStockCommands(database, world.context, commands)
  })
  const run = (key: string) => writer.run([commandOf('receive', 'A', 1, { key })])
  const answers = await Promise.allSettled([run('good-1'), run('bad'), run('good-2')])
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await writer.run([])).toEqual([])
})

test('a lost connection is told to all of them: none knows whether it was applied', async () => {
  let tries = 0
  const writer = new CommandWriter(async () => {
    tries += 1
    throw new Error('Connection terminated unexpectedly')
  })
  const answers = await Promise.allSettled([writer.run([]), writer.run([])])
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(tries).toBe(1)
})
