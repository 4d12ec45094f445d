import { inTransaction, refreshStatistics, type Tx } from '@plimsoll/database'
import { type RowProblem, readTable, type TableSource } from '@plimsoll/files'
import { nowOf } from '@plimsoll/sync'
import { sql } from 'kysely'
import { deletePieces } from './import-file.store.ts'
import { findBadRows, insertProblems } from './import-problems.store.ts'
import { type Hold, type ImportJob, keepHold, saveDone, saveRefused, saveStep } from './imports.store.ts'
import { lockPlacesOf } from './lock-places.store.ts'
import { type ImportContext, openFile } from './open-file.ts'
import { chunksOf, type GroupedRow, ROWS_PER_CHUNK } from './row-chunks.ts'
import { findRowsOfBadGroups, groupingOf } from './row-groups.ts'
import { columnsOf, type Placed, type Sheet, type SheetResult, type SheetWork } from './sheet.ts'
import { sheetOf } from './sheets.ts'
import { withRacesRetried } from './trial.ts'
import { wholeProgress } from './whole-progress.ts'
import { heldUntil, type OnProgress } from './work-time.ts'

/**
 * Applies a checked file. The good rows alone: in parts, from where it was left; each transaction moves `done_row` with
 * what it writes, so that nothing is applied twice, wherever the process is stopped. All or nothing: in one
 * transaction, however many rows, so that there never is a part of it (docs/decisions/0009).
 * @throws ImportTakenOver when another process works on it now
 */
export async function applyImport(
  context: ImportContext,
  job: ImportJob,
  hold: Hold,
  onProgress: OnProgress,
): Promise<void> {
  const bad = await findBadRows(context.database.kysely, job.organizationId, job.importId)
  const file = await openFile(context, job)
  const applying = { context, job, hold, bad, onProgress, sheet: sheetOf(job.what), source: file.source }
  try {
    await (job.mode === 'all-or-nothing' ? applyWhole(applying) : applyParts(applying))
  } catch (error) {
    if (!(error instanceof RowsRefused)) throw error
    await saveRefusedRows(context, hold, error.problems)
  } finally {
    await file.close()
  }
}

type Applying = {
  context: ImportContext
  job: ImportJob
  hold: Hold
  /** Rows that the check found wrong. */
  bad: ReadonlySet<number>
  onProgress: OnProgress
  sheet: Sheet
  source(): TableSource
}
type Row = GroupedRow<Sheet['columns']>
type Work = SheetWork<Record<string, unknown>>

/** Rows of a file that is to be applied whole, and that were refused: nothing of it stands. */
class RowsRefused extends Error {
  readonly problems: readonly RowProblem[]

  constructor(problems: readonly RowProblem[]) {
    super(`${problems.length} rows were refused.`)
    this.name = 'RowsRefused'
    this.problems = problems
  }
}

async function applyParts(applying: Applying): Promise<void> {
  const { context, job, hold, onProgress } = applying
  const work = await openWork(applying, false)
  let passed = job.rowsPassed
  let skipped = job.skipped
  let chunks = 0
  for await (const rows of waitingChunks(applying)) {
    chunks += 1
    if (isPowerOfTwo(chunks)) await refreshStatistics(context.database.kysely)
    const good = goodRowsOf(applying, rows)
    const step = await inHeldTransaction(applying, async (tx) => {
      const { refused, ...result } = await applyRows(work, tx, good)
      await work.finish?.(tx)
      const left = rows.length - good.length + new Set(refused.map(({ row }) => row)).size
      await insertProblems(tx, hold, withIds(context, refused))
      await saveStep(tx, hold, { ...result, doneRow: lastOf(rows), passed: rows.length, skipped: left })
      return { skipped: left }
    })
    passed += rows.length
    skipped += step.skipped
    onProgress({ doing: 'apply', rows: passed, rowsTotal: job.rowsTotal })
  }
  await inHeldTransaction(applying, (tx) => finishJob(applying, tx, skipped))
}

async function applyWhole(applying: Applying): Promise<void> {
  const { context, job, hold, onProgress } = applying
  const isLong = job.rowsTotal > ROWS_PER_CHUNK
  const progress = wholeProgress(context, hold)
  const applied = inHeldTransaction(applying, async (tx) => {
    const work = await openWork(applying, isLong)
    if (isLong) await lockAll(applying, work, tx)
    const total = { applied: 0, unchanged: 0, units: 0, passed: 0, doneRow: 0 }
    let chunks = 0
    for await (const rows of waitingChunks(applying)) {
      chunks += 1
      if (isPowerOfTwo(chunks)) await sql`discard plans`.execute(tx)
      const good = goodRowsOf(applying, rows)
      // Only a row that is repeated word for word, or one that became wrong after the check.
      const { applied, unchanged, units, refused } = await applyRows(work, tx, good)
      if (refused.length > 0) throw new RowsRefused(refused)
      total.applied += applied
      total.unchanged += unchanged
      total.units += units
      total.passed += rows.length
      total.doneRow = lastOf(rows)
      if (isLong) progress.note(total.passed)
      onProgress({ doing: 'apply', rows: total.passed, rowsTotal: job.rowsTotal })
    }
    await work.finish?.(tx)
    await saveStep(tx, hold, { ...total, skipped: 0 })
    await finishJob(applying, tx, 0)
  })
  await applied.finally(progress.settled)
}

/**
 * Plans are made for tables as they are and then kept. A file may make them a thousand times larger, and with a plan for
 * a small table every chunk reads all of it: at 400,000 items one such read took four seconds. So they are made anew
 * whenever the file has doubled what it brought: by new statistics, or, where others cannot see its rows yet, on this
 * connection alone.
 */
function isPowerOfTwo(chunks: number): boolean {
  return (chunks & (chunks - 1)) === 0
}

/**
 * Everything that the file touches, before anything of it is written: chunk by chunk in the order of the file, it would
 * sooner or later wait for an order that waits for it.
 */
async function lockAll(applying: Applying, work: Work, tx: Tx): Promise<void> {
  // However long others keep what it needs: to give up would be to begin from the first row.
  await sql`set local lock_timeout = 0`.execute(tx)
  await work.begin?.(tx)
  const { placesOf } = work
  if (placesOf === undefined) return
  async function* places() {
    for await (const rows of waitingChunks(applying)) yield placesOf?.(goodRowsOf(applying, rows)) ?? []
  }
  await lockPlacesOf(tx, applying.context, places())
}

async function openWork({ context, job, sheet }: Applying, isLong: boolean): Promise<Work> {
  const { name, actor } = job
  return await sheet.open(context, { name, digest: job.digest ?? '', actor, isLong })
}

/** Rows that are not applied yet, in chunks that keep groups together. */
async function* waitingChunks({ context, job, sheet, source }: Applying): AsyncGenerator<Row[]> {
  const table = await readTable(source(), await columnsOf(sheet, context), sheet.ignored)
  for await (const { rows } of chunksOf(table.rows, groupingOf(sheet, table.header))) {
    const waiting = rows.filter(({ number }) => number > job.doneRow)
    if (waiting.length > 0) yield waiting
  }
}

function goodRowsOf({ bad, sheet }: Applying, rows: readonly Row[]): Placed<Record<string, unknown>>[] {
  const isBad = (row: Row) => row.kind === 'bad' || bad.has(row.number)
  const beside = new Set(findRowsOfBadGroups(sheet, rows, isBad).map(({ row }) => row))
  return rows.flatMap((row) =>
    row.kind === 'bad' || isBad(row) || beside.has(row.number)
      ? []
      : [{ number: row.number, values: row.values }],
  )
}

function applyRows(work: Work, tx: Tx, rows: readonly Placed<Record<string, unknown>>[]) {
  return rows.length > 0 ? work.apply(tx, rows) : NOTHING
}
const NOTHING: SheetResult = { applied: 0, unchanged: 0, units: 0, refused: [] }

/** The job is ours in it from its first statement to its end. Run again after a race for a key. */
async function inHeldTransaction<T>({ context, hold }: Applying, work: (tx: Tx) => Promise<T>): Promise<T> {
  return await withRacesRetried(() =>
    inTransaction(context.database, async (tx) => {
      await keepHold(tx, hold, heldUntil(context))
      return await work(tx)
    }),
  )
}

async function finishJob({ context, hold }: Applying, tx: Tx, skipped: number): Promise<void> {
  await saveDone(tx, hold, nowOf(context))
  // With rows left out the file is still needed, to show them with their reasons.
  if (skipped === 0) await deletePieces(tx, hold.organizationId, hold.importId)
}

async function saveRefusedRows(
  context: ImportContext,
  hold: Hold,
  problems: readonly RowProblem[],
): Promise<void> {
  await inTransaction(context.database, async (tx) => {
    await keepHold(tx, hold, heldUntil(context))
    await insertProblems(tx, hold, withIds(context, problems))
    await saveRefused(tx, hold, new Set(problems.map(({ row }) => row)).size)
  })
}

function withIds(context: ImportContext, problems: readonly RowProblem[]) {
  return problems.map((problem) => ({ ...problem, problemId: context.uuid() }))
}

function lastOf(rows: readonly Row[]): number {
  return rows.at(-1)?.number ?? 0
}
