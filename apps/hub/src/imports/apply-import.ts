import { inTransaction } from '@plimsoll/database'
import { type ReadRow, type RowProblem, readTable } from '@plimsoll/files'
import { RaceOnCommandKey } from '@plimsoll/stock'
import { nowOf } from '@plimsoll/sync'
import { deletePieces } from './import-file.store.ts'
import { findBadRows, insertProblems } from './import-problems.store.ts'
import { type Hold, type ImportJob, keepHold, saveDone, saveRefused, saveStep } from './imports.store.ts'
import { type ImportContext, openFile } from './open-file.ts'
import { chunksOf } from './row-chunks.ts'
import { columnsOf, type Placed, type Sheet, type SheetWork } from './sheet.ts'
import { sheetOf } from './sheets.ts'
import { heldUntil, type OnProgress } from './work-time.ts'

/**
 * Up to so many rows, all or nothing is one transaction. More would hold their stock for so long that orders wait:
 * they are applied in chunks, each of which every row has been checked for, and a row that is refused all the same
 * halts the import there.
 */
const ONE_TRANSACTION_ROWS_MAX = 20_000

/** As `runStockCommands`: more races for one key than this are no bad luck. */
const TRIES_MAX = 10

/**
 * Applies a checked file from where it was left. Each transaction moves `done_row` with what it writes, so that
 * nothing is applied twice, wherever the process is stopped.
 * @throws ImportTakenOver when another process works on it now
 */
export async function applyImport(
  context: ImportContext,
  job: ImportJob,
  hold: Hold,
  onProgress: OnProgress,
): Promise<void> {
  const sheet = sheetOf(job.what)
  const bad = await findBadRows(context.database.kysely, job.organizationId, job.importId)
  const work = await sheet.open(context, { name: job.name, digest: job.digest ?? '', actor: job.actor })
  const isWhole = job.mode === 'all-or-nothing'
  const isOneTransaction = isWhole && job.rowsTotal <= ONE_TRANSACTION_ROWS_MAX
  const file = await openFile(context, job)
  let passed = job.rowsPassed
  let skipped = job.skipped
  const apply = async (rows: readonly Row[]) => {
    const step = await applyRows(context, { hold, work, bad, isWhole }, rows)
    passed += rows.length
    skipped += step.skipped
    onProgress({ doing: 'apply', rows: passed, rowsTotal: job.rowsTotal })
  }
  try {
    const table = await readTable(file.source(), await columnsOf(sheet, context), sheet.ignored)
    const all: Row[] = []
    for await (const { rows } of chunksOf(table.rows)) {
      const waiting = rows.filter(({ number }) => number > job.doneRow)
      if (isOneTransaction) all.push(...waiting)
      else if (waiting.length > 0) await apply(waiting)
    }
    if (all.length > 0) await apply(all)
    await inTransaction(context.database, async (tx) => {
      await keepHold(tx, hold, heldUntil(context))
      await saveDone(tx, hold, nowOf(context))
      // With rows left out the file is still needed, to show them with their reasons.
      if (skipped === 0) await deletePieces(tx, hold.organizationId, hold.importId)
    })
  } catch (error) {
    if (!(error instanceof RowsRefused)) throw error
    await stopAtRefused(context, hold, error.problems)
  } finally {
    await file.close()
  }
}

type Row = ReadRow<Sheet['columns']>

/** Rows of a file that is to be applied whole, and that the ledger refused: nothing of their transaction stands. */
class RowsRefused extends Error {
  readonly problems: readonly RowProblem[]

  constructor(problems: readonly RowProblem[]) {
    super(`${problems.length} rows were refused.`)
    this.name = 'RowsRefused'
    this.problems = problems
  }
}

async function applyRows(
  context: ImportContext,
  how: { hold: Hold; work: SheetWork<Record<string, unknown>>; bad: ReadonlySet<number>; isWhole: boolean },
  rows: readonly Row[],
): Promise<{ skipped: number }> {
  const { hold, work, bad, isWhole } = how
  const good = rows.flatMap((row): Placed<Record<string, unknown>>[] =>
    row.kind === 'bad' || bad.has(row.number) ? [] : [{ number: row.number, values: row.values }],
  )
  const doneRow = rows.at(-1)?.number ?? 0
  for (let tries = 1; ; tries += 1) {
    try {
      return await inTransaction(context.database, async (tx) => {
        await keepHold(tx, hold, heldUntil(context))
        const { applied, unchanged, units, refused } = await work.apply(tx, good)
        if (isWhole && refused.length > 0) throw new RowsRefused(refused)
        const skipped = rows.length - good.length + refused.length
        await Promise.all([
          insertProblems(tx, hold, withIds(context, refused)),
          saveStep(tx, hold, { doneRow, passed: rows.length, applied, unchanged, skipped, units }),
        ])
        return { skipped }
      })
    } catch (error) {
      if (!(error instanceof RaceOnCommandKey) || tries === TRIES_MAX) throw error
    }
  }
}

async function stopAtRefused(
  context: ImportContext,
  hold: Hold,
  problems: readonly RowProblem[],
): Promise<void> {
  await inTransaction(context.database, async (tx) => {
    await keepHold(tx, hold, heldUntil(context))
    await Promise.all([
      insertProblems(tx, hold, withIds(context, problems)),
      saveRefused(tx, hold, new Set(problems.map(({ row }) => row)).size),
    ])
  })
}

function withIds(context: ImportContext, problems: readonly RowProblem[]) {
  return problems.map((problem) => ({ ...problem, problemId: context.uuid() }))
}
