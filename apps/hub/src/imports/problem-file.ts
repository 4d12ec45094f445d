import { readTable, type WrittenCell } from '@plimsoll/files'
import { ImportRefusal } from './import-errors.ts'
import { hasPieces } from './import-file.store.ts'
import { findProblems, type SavedProblem } from './import-problems.store.ts'
import type { ImportJob } from './imports.store.ts'
import { type ImportContext, openFile } from './open-file.ts'
import { columnsOf } from './sheet.ts'
import { sheetOf } from './sheets.ts'

const PROBLEMS_PER_PAGE = 5_000

/** Every problem of an import, in order of rows. */
export async function* eachProblem(context: ImportContext, job: ImportJob): AsyncGenerator<SavedProblem> {
  let after: SavedProblem | undefined
  for (;;) {
    const page = await findProblems(context.database.kysely, job.organizationId, job.importId, {
      after,
      limit: PROBLEMS_PER_PAGE,
    })
    yield* page
    after = page.at(-1)
    if (page.length < PROBLEMS_PER_PAGE) return
  }
}

/**
 * The rows that were not applied, as they stand in the file, each with its reasons beside it. The columns of the
 * reasons are not known to any import, so the corrected file can be imported as it is.
 * @throws ImportRefusal import-not-ready, import-file-gone
 */
export async function openProblemFile(
  context: ImportContext,
  job: ImportJob,
): Promise<{ header: string[]; rows: AsyncGenerator<WrittenCell[]> }> {
  if (job.state === 'uploaded' || job.state === 'unreadable') {
    throw new ImportRefusal('import-not-ready', 'The rows of the file have not been checked.')
  }
  if (!(await hasPieces(context.database.kysely, job.organizationId, job.importId))) {
    throw new ImportRefusal('import-file-gone', 'The file of this import is not kept any more.')
  }
  const file = await openFile(context, job)
  try {
    const sheet = sheetOf(job.what)
    const table = await readTable(file.source(), await columnsOf(sheet, context), sheet.ignored)
    const { names } = table.header
    async function* rows(): AsyncGenerator<WrittenCell[]> {
      const problems = new Reasons(eachProblem(context, job))
      try {
        for await (const { number, cells } of table.rows) {
          const reasons = await problems.of(number)
          if (reasons === undefined) continue
          const padded = names.map((_, index) => cells[index] ?? '')
          yield [...padded, number, reasons.messages, reasons.cures]
        }
      } finally {
        await file.close()
      }
    }
    return { header: [...names, 'row of the file', 'problem', 'cure'], rows: rows() }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Walks through the problems beside the rows: both are in the same order. */
class Reasons {
  readonly #problems: AsyncGenerator<SavedProblem>
  #next: SavedProblem | undefined
  #isEnded = false

  constructor(problems: AsyncGenerator<SavedProblem>) {
    this.#problems = problems
  }

  /** Errors of a row; undefined for one without any. */
  async of(row: number): Promise<{ messages: string; cures: string } | undefined> {
    const found: SavedProblem[] = []
    for (;;) {
      this.#next ??= await this.#read()
      if (this.#next === undefined || this.#next.row > row) break
      if (this.#next.row === row && this.#next.level === 'error') found.push(this.#next)
      this.#next = undefined
    }
    if (found.length === 0) return undefined
    return {
      messages: found.map(({ message }) => message).join('; '),
      cures: [...new Set(found.map(({ cure }) => cure))].join(' '),
    }
  }

  async #read(): Promise<SavedProblem | undefined> {
    if (this.#isEnded) return undefined
    const { value, done } = await this.#problems.next()
    this.#isEnded = done === true
    return done === true ? undefined : value
  }
}
