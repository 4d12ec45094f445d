import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../testing/cli-database.ts'
import { lastJson, startRaw } from '../testing/run-cli.ts'

// Each command is a process of its own, and a killed one holds its import for a while.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

/** Five chunks: enough to be killed between two of them, or between the first row of a transaction and its last. */
const ROWS = 5_000
let here: Installation
beforeAll(async () => {
  here = await makeInstallation()
})
afterAll(() => here.remove())

async function jobRow() {
  const found = await sql<{ state: string; doneRow: number; rowsPassed: number }>`
    select state, done_row, rows_passed from import_job`.execute(here.database.kysely)
  return found.rows[0]
}

/** Kills the command with no chance to tidy up, once the import is as far as `when` says. */
async function killWhen(args: readonly string[], when: (job: Awaited<ReturnType<typeof jobRow>>) => boolean) {
  const command = startRaw([...args, ...here.place])
  while (!when(await jobRow())) {
    if (command.process.exitCode !== null) throw new Error('the command ended before it could be killed')
  }
  command.process.kill('SIGKILL')
  await command.ended
}

/** As if the time for which the dead one still held its import had passed already. */
async function passHold() {
  await sql`update import_job set held_until = now() where held_until is not null`.execute(
    here.database.kysely,
  )
}

test('I3: an import killed while it checks and again while it writes goes on where it was, and brings each row once', async () => {
  const path = join(here.folder, 'stock.csv')
  const lines = Array.from({ length: ROWS }, (_, at) => `SKU-${at},Tea,1`)
  await writeFile(path, `sku,name,quantity\n${lines.join('\n')}\n`)
  const args = ['import', 'items', path, '--mode', 'good-rows']

  await killWhen(args, (job) => (job?.rowsPassed ?? 0) > 0)
  // The next one waits until the dead one's hold has ended by itself; after the later kills that is made short.
  await killWhen(args, (job) => (job?.doneRow ?? 0) > 0)
  await passHold()
  const killed = await jobRow()
  expect(killed).toMatchObject({ state: 'applying' })
  expect(killed?.doneRow).toBeLessThan(ROWS)

  const last = await here.runAlone([...args, '--json'])
  expect(lastJson(last)).toMatchObject({
    state: 'done',
    rowsTotal: ROWS,
    applied: ROWS,
    unchanged: 0,
    units: ROWS,
  })
  const found = await sql<{ units: number; movements: number; items: number }>`
    select (select sum(on_hand)::bigint from balance) as units, (select count(*) from movement) as movements,
      (select count(*) from item) as items`.execute(here.database.kysely)
  expect(found.rows).toEqual([{ units: ROWS, movements: ROWS, items: ROWS }])
  expect((await here.runAlone(['import', 'items', path])).stdout).toContain('nothing was changed')
})

/** True once a process is writing all of it in one transaction: the row of the job is locked then. */
async function isBeingWritten(): Promise<boolean> {
  const found = await sql<{ waiting: number; free: number }>`
    with free as (
      select import_id from import_job where state = 'applying' and mode = 'all-or-nothing' for update skip locked
    )
    select (select count(*) from import_job where state = 'applying' and mode = 'all-or-nothing') as waiting,
      (select count(*) from free) as free`.execute(here.database.kysely)
  const { waiting = 0, free = 0 } = found.rows[0] ?? {}
  return waiting > free
}

async function written() {
  const found = await sql<{ movements: number; items: number }>`
    select (select count(*) from movement) as movements, (select count(*) from item) as items`.execute(
    here.database.kysely,
  )
  return found.rows[0]
}

test('I3: all or nothing, killed while it writes: nothing is there, and the same command brings all of it once', async () => {
  const path = join(here.folder, 'whole.csv')
  const lines = Array.from({ length: ROWS }, (_, at) => `WHOLE-${at},Tea,1`)
  await writeFile(path, `sku,name,quantity\n${lines.join('\n')}\n`)
  const before = await written()
  for (const look of [1, 25]) {
    const command = startRaw(['import', 'items', path, ...here.place])
    // Some looks later it is at another row.
    for (let seen = 0; seen < look; ) {
      if (await isBeingWritten()) seen += 1
      if (command.process.exitCode !== null) throw new Error('the command ended before it could be killed')
    }
    command.process.kill('SIGKILL')
    await command.ended
    // The server notices that nobody is there any more, and takes all of it back.
    await expect.poll(isBeingWritten, { timeout: 20_000 }).toBe(false)
    expect(await written()).toEqual(before)
    await passHold()
  }
  const last = await here.runAlone(['import', 'items', path, '--json'])
  expect(lastJson(last)).toMatchObject({ state: 'done', rowsTotal: ROWS, applied: ROWS, units: ROWS })
  expect(await written()).toEqual({
    movements: (before?.movements ?? 0) + ROWS,
    items: (before?.items ?? 0) + ROWS,
  })
})
