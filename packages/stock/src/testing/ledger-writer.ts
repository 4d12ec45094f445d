/**
 * A process that writes the ledger, for tests that kill it: `node ledger-writer.ts DATABASE_URL ORGANIZATION_ID`.
 * Reads one batch of commands per line as JSON; prints its outcomes as one line, only once they are committed.
 */
import { createInterface } from 'node:readline'
import { openDatabase } from '@plimsoll/database'
import { v7 as uuidv7 } from 'uuid'
import type { StockCommand } from '../commands/command.ts'
import { runStockCommands } from '../commands/run-commands.ts'

const [databaseUrl = '', organizationId = ''] = process.argv.slice(2)
const database = await openDatabase({ databaseUrl, keep: 'running', poolMax: 4 })
const context = { organizationId, uuid: () => uuidv7(), now: () => new Date(database.timing.nowMs()) }

// Several lines at once, as a hub has several requests at once.
const working = new Set<Promise<void>>()
for await (const line of createInterface({ input: process.stdin })) {
  const work = answer(line)
  working.add(work)
  void work.finally(() => working.delete(work))
}
await Promise.all(working)
await database.close()

async function answer(line: string): Promise<void> {
  // A line of the test that started this process.
  const { id, commands } = JSON.parse(line) as { id: number; commands: StockCommand[] }
  const outcomes = await runStockCommands(database, context, commands)
  const { deadlocks } = database.counters
  process.stdout.write(`${JSON.stringify({ id, outcomes, deadlocks })}\n`)
}
