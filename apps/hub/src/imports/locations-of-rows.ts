import { type RowProblem, rowProblem } from '@plimsoll/files'
import { findLocations, type StockErrorCode, stockErrors } from '@plimsoll/stock'
import type { SyncContext } from '@plimsoll/sync'

/** The locations that rows may name, and the one that a row without a location means. */
export type KnownLocations = {
  codes: ReadonlySet<string>
  /** The only one; where there is none yet, the one that is made for the first stock. */
  usual: string | undefined
  isUsualMissing: boolean
}

export const FIRST_LOCATION = { code: 'MAIN', name: 'Main warehouse', kind: 'warehouse' } as const

export async function readLocations({ database, organizationId }: SyncContext): Promise<KnownLocations> {
  const codes = (await findLocations(database.kysely, organizationId)).map(({ code }) => code)
  const [only] = codes
  return {
    codes: new Set(codes),
    usual: codes.length === 0 ? FIRST_LOCATION.code : codes.length === 1 ? only : undefined,
    isUsualMissing: codes.length === 0,
  }
}

/** Where the quantity of a row goes to, or what is wrong with what the row says of it. */
export function locationOf(
  row: { number: number; location: string | undefined },
  known: KnownLocations,
): { code: string } | { problem: RowProblem } {
  const { number, location = known.usual } = row
  const names = [...known.codes].slice(0, 20).join(', ')
  if (location === undefined) {
    const message = `location is empty, and there is more than one: ${names}`
    return { problem: rowProblem('cell-empty', { row: number, column: 'location' }, message) }
  }
  if (known.codes.has(location) || (known.isUsualMissing && location === known.usual))
    return { code: location }
  const there = known.isUsualMissing ? 'there is none yet' : `use one of: ${names}`
  const message = `there is no location with the code "${location}"; ${there}`
  return {
    problem: stockProblem('unknown-location', { row: number, column: 'location', value: location }, message),
  }
}

/** A problem of a row under a code of the ledger. */
export function stockProblem(
  code: StockErrorCode,
  place: { row: number; column: string | null; value: string | null },
  message: string,
): RowProblem {
  return { ...place, level: 'error', code, message, cure: stockErrors[code].cure }
}
