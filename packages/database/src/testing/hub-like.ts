/**
 * A process that behaves like a hub, for tests that kill it: `node hub-like.ts MODE FOLDER KEEP`.
 * `open`: prints what it opened, answers each line on its input with a query, closes at its end.
 * `insert`: inserts 1, 2, 3… one transaction each, printing a number only once it is committed.
 */
import { createInterface } from 'node:readline'
import { openDatabase } from '../open-database.ts'

const [mode, dataFolder = '', keep] = process.argv.slice(2)
const database = await openDatabase({
  dataFolder,
  keep: keep === 'running' ? 'running' : 'stop-with-process',
  poolMax: 2,
})
// Ctrl-C: a hub drains, and for that it still needs its database.
process.on('SIGINT', () => void answer('drained'))
const { rows } = await database.pool.query(
  `select pg_postmaster_start_time()::text as started, current_setting('fsync') as fsync`,
)
process.stdout.write(`${JSON.stringify({ url: database.url, ...rows[0] })}\n`)

if (mode === 'insert') {
  await database.pool.query('create table if not exists acknowledged (id bigint primary key)')
  for (let id = 1; ; id++) {
    await database.pool.query('insert into acknowledged values ($1)', [id])
    process.stdout.write(`${id}\n`)
  }
}

for await (const line of createInterface({ input: process.stdin })) await answer(line)
await database.close()

async function answer(word: string): Promise<void> {
  await database.pool.query('select 1')
  process.stdout.write(`${word}\n`)
}
