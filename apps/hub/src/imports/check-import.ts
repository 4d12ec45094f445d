import { inTransaction } from '@plimsoll/database'
import {
  FileProblem,
  fileErrors,
  type ReadRow,
  RowKeys,
  type RowProblem,
  readTable,
  rowProblem,
} from '@plimsoll/files'
import { nowOf } from '@plimsoll/sync'
import { deleteMappingChanges } from './import-mappings.store.ts'
import { deleteProblems, insertProblems } from './import-problems.store.ts'
import {
  type Hold,
  type ImportJob,
  keepHold,
  saveChecked,
  saveRowsPassed,
  saveUnreadable,
} from './imports.store.ts'
import { type ImportContext, openFile } from './open-file.ts'
import { chunksOf } from './row-chunks.ts'
import { findRowsOfBadGroups, groupingOf, ScatteredGroups } from './row-groups.ts'
import {
  columnsOf,
  type Effect,
  type MappingsForeseen,
  type Placed,
  type Sheet,
  type SheetWork,
} from './sheet.ts'
import { countStocked } from './sheets.store.ts'
import { sheetOf } from './sheets.ts'
import { heldUntil, type OnProgress } from './work-time.ts'

/** Past so many problems the file is not worth reading on: something is wrong with all of it. */
const PROBLEMS_MAX = 100_000
const PREVIEW_ROWS = 20

/** What a person is shown before anything is written. */
export type Preview = {
  /** How the columns of the file are understood. */
  columns: { name: string; field: string }[]
  /** The first rows as they will be read. */
  rows: { row: number; values: Record<string, unknown> }[]
  effect: Effect
  /** Of mappings: what they lead to. */
  mappings?: MappingsForeseen
}

/**
 * Reads the whole file and writes nothing but what is wrong with it. Ends with the job checked, or unreadable.
 * @throws ImportTakenOver when another process works on it now
 */
export async function checkImport(
  context: ImportContext,
  job: ImportJob,
  hold: Hold,
  onProgress: OnProgress,
): Promise<void> {
  const file = await openFile(context, job)
  try {
    await clearFindings(context, hold)
    const checked = await readAll(context, job, hold, file.source(), onProgress)
    await inTransaction(context.database, async (tx) => {
      await keepHold(tx, hold, heldUntil(context))
      await saveChecked(tx, hold, checked)
    })
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error
    const { code, message } = error
    await inTransaction(context.database, async (tx) => {
      await keepHold(tx, hold, heldUntil(context))
      await deleteProblems(tx, hold)
      await saveUnreadable(tx, hold, { code, message, cure: fileErrors[code].cure })
    })
  } finally {
    await file.close()
  }
}

async function clearFindings(context: ImportContext, hold: Hold): Promise<void> {
  await inTransaction(context.database, async (tx) => {
    await keepHold(tx, hold, heldUntil(context))
    await Promise.all([deleteProblems(tx, hold), deleteMappingChanges(tx, hold)])
  })
}

async function readAll(
  context: ImportContext,
  job: ImportJob,
  hold: Hold,
  source: Parameters<typeof readTable>[0],
  onProgress: OnProgress,
) {
  const sheet = sheetOf(job.what)
  const batch = { name: job.name, digest: job.digest ?? '', actor: job.actor, isLong: false }
  const table = await readTable(source, await columnsOf(sheet, context), sheet.ignored)
  const work = await sheet.open(context, batch)
  const twins = new Twins(sheet)
  const scattered = new ScatteredGroups()
  const preview: Preview = {
    columns: table.header.columns.map(({ name, field }) => ({ name, field })),
    rows: [],
    effect: { created: 0, changed: 0, unchanged: 0, units: 0 },
  }
  const bad = new Set<number>()
  const total = { rows: 0, warnings: 0, zeroed: 0, problems: 0 }
  let isCut = false
  for await (const { rows, isFirst } of chunksOf(table.rows, groupingOf(sheet, table.header))) {
    const problems = isFirst ? [...table.header.problems] : []
    for (const row of rows) {
      problems.push(...scattered.find(row), ...(row.kind === 'bad' ? row.problems : twins.find(row)))
      if (row.kind === 'good' && preview.rows.length < PREVIEW_ROWS) {
        preview.rows.push({ row: row.number, values: withoutPersonal(sheet, row.values) })
      }
    }
    const wrong = new Set(problems.filter(({ level }) => level === 'error').map(({ row }) => row))
    const beside = findRowsOfBadGroups(sheet, rows, ({ number }) => wrong.has(number))
    problems.push(...beside)
    for (const { row } of beside) wrong.add(row)
    const good = rows.flatMap((row): Placed<Record<string, unknown>>[] =>
      row.kind === 'bad' || wrong.has(row.number) ? [] : [{ number: row.number, values: row.values }],
    )
    const found = await work.check(good)
    problems.push(...found.problems)
    for (const [field, count] of Object.entries(found.effect)) preview.effect[field as keyof Effect] += count

    total.rows += rows.length
    total.zeroed += found.zeroed
    for (const { row, level } of problems) {
      if (level === 'error') bad.add(row)
      else total.warnings += 1
    }
    total.problems += problems.length
    const told = { problems: withoutCells(sheet, table.header, problems), rowsPassed: total.rows }
    await saveChunk(context, hold, work, told)
    onProgress({ doing: 'check', rows: total.rows, rowsTotal: undefined })
    if (total.problems < PROBLEMS_MAX) continue
    isCut = true
    break
  }
  // Of what was not looked at to its end nobody knows what it would do.
  const mappings = isCut ? undefined : await work.foresee?.(hold)
  if (mappings !== undefined) {
    preview.mappings = mappings
    // Less those that rows further on contradict.
    preview.effect.changed = mappings.changed
  }
  return {
    rowsTotal: total.rows,
    rowsBad: bad.size,
    warnings: total.warnings,
    isCut,
    zeroed: total.zeroed,
    stocked: await countStocked(context.database.kysely, context.organizationId),
    preview,
    at: nowOf(context),
  }
}

/** What says who somebody is stays in the file. */
function withoutPersonal(sheet: Sheet, values: Record<string, unknown>): Record<string, unknown> {
  const { personal } = sheet
  if (personal === undefined) return values
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => [
      field,
      value !== undefined && personal.includes(field) ? '…' : value,
    ]),
  )
}

function withoutCells(
  { personal }: Sheet,
  { columns }: { columns: readonly { field: string; name: string }[] },
  problems: readonly RowProblem[],
): RowProblem[] {
  if (personal === undefined) return [...problems]
  const names = new Set(columns.filter(({ field }) => personal.includes(field)).map(({ name }) => name))
  for (const field of personal) names.add(field)
  return problems.map((problem) =>
    problem.column !== null && names.has(problem.column) ? { ...problem, value: null } : problem,
  )
}

async function saveChunk(
  context: ImportContext,
  hold: Hold,
  work: SheetWork<Record<string, unknown>>,
  { problems, rowsPassed }: { problems: readonly RowProblem[]; rowsPassed: number },
): Promise<void> {
  const saved = problems.map((problem) => ({ ...problem, problemId: context.uuid() }))
  await inTransaction(context.database, async (tx) => {
    await keepHold(tx, hold, heldUntil(context))
    await Promise.all([insertProblems(tx, hold, saved), saveRowsPassed(tx, hold, rowsPassed)])
    await work.keep?.(tx, hold)
  })
}

/** Finds rows that say the same twice, or two things of the same; then neither of the two is believed. */
class Twins {
  readonly #keys = new RowKeys()
  readonly #sheet: Sheet

  constructor(sheet: Sheet) {
    this.#sheet = sheet
  }

  find(row: Extract<ReadRow<Sheet['columns']>, { kind: 'good' }>): RowProblem[] {
    const { number, values } = row
    const key = this.#sheet.keyOf(values)
    const first = this.#keys.add(JSON.stringify(key), JSON.stringify(values), number)
    if (first === undefined) return []
    const what = `"${key.filter((part) => part !== undefined).join(' · ')}"`
    if (first.isSame) {
      const message = `${what} stands on row ${first.row} already, word for word`
      return [rowProblem('row-repeated', { row: number, level: 'warning' }, message)]
    }
    return [
      rowProblem(
        'row-twice',
        { row: number },
        `${what} stands on row ${first.row} already, with other values`,
      ),
      rowProblem('row-twice', { row: first.row }, `${what} stands on row ${number} again, with other values`),
    ]
  }
}
