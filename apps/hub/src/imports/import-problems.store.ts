import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import type { RowProblem } from '@plimsoll/files'
import { sql } from 'kysely'
import type { Hold } from './imports.store.ts'

export async function insertProblems(
  tx: Tx,
  hold: Hold,
  problems: readonly (RowProblem & { problemId: string })[],
): Promise<void> {
  if (problems.length === 0) return
  const rows = problems.map(({ row, column, ...rest }) => ({ ...rest, rowNumber: row, columnName: column }))
  const source = unnestRows('found', rows, {
    rowNumber: 'bigint',
    problemId: 'uuid',
    level: 'text',
    code: 'text',
    columnName: 'text',
    value: 'text',
    message: 'text',
    cure: 'text',
  })
  await sql`
    insert into import_problem (organization_id, import_id, row_number, problem_id, level, code, column_name, value,
      message, cure)
    select ${hold.organizationId}, ${hold.importId}, row_number, problem_id, level, code, column_name, value,
      message, cure
    from ${source}`.execute(tx)
}

export async function deleteProblems(tx: Tx, hold: Hold): Promise<void> {
  await sql`
    delete from import_problem
    where organization_id = ${hold.organizationId} and import_id = ${hold.importId}`.execute(tx)
}

/** The rows that are not applied. */
export async function findBadRows(db: Db, organizationId: string, importId: string): Promise<Set<number>> {
  const found = await sql<{ rowNumber: number }>`
    select distinct row_number from import_problem
    where organization_id = ${organizationId} and import_id = ${importId} and level = 'error'`.execute(db)
  return new Set(found.rows.map(({ rowNumber }) => rowNumber))
}

export type SavedProblem = RowProblem & { problemId: string }

/** In order of rows. `after` is the last one of the page before. */
export async function findProblems(
  db: Db,
  organizationId: string,
  importId: string,
  page: { after: { row: number; problemId: string } | undefined; limit: number },
): Promise<SavedProblem[]> {
  const { row = -1, problemId = '00000000-0000-0000-0000-000000000000' } = page.after ?? {}
  const found = await sql<SavedProblem>`
    select row_number as row, problem_id, level, code, column_name as column, value, message, cure
    from import_problem
    where organization_id = ${organizationId} and import_id = ${importId}
      and (row_number, problem_id) > (${row}::bigint, ${problemId}::uuid)
    order by row_number, problem_id
    limit ${page.limit}`.execute(db)
  return found.rows
}
