import type { Cutover, CutoverDetail } from '@plimsoll/client'

export type OpeningRow = CutoverDetail['rows'][number]

export const filters = ['differ', 'left', 'all'] as const
export type Filter = (typeof filters)[number]

/** Whether taking it over would correct the ledger. */
export function differs({ proposed, ledger, skipped }: OpeningRow): boolean {
  return skipped === null && proposed !== ledger
}

export function rowsOf(rows: readonly OpeningRow[], filter: Filter): readonly OpeningRow[] {
  if (filter === 'all') return rows
  return rows.filter((row) => (filter === 'differ' ? differs(row) : row.skipped !== null))
}

/** What taking it over comes to: places, and units more and fewer. What is left alone is in none of the units. */
export function sumsOf(rows: readonly OpeningRow[]) {
  const differing = rows.filter(differs)
  const units = (sign: 1 | -1) =>
    differing.reduce((sum, { proposed, ledger }) => sum + Math.max(0, sign * (proposed - ledger)), 0)
  return {
    places: rows.length,
    differ: differing.length,
    more: units(1),
    fewer: units(-1),
    left: rows.filter(({ skipped }) => skipped !== null).length,
  }
}

/** The cut-over of a connection that counts: the newest that was not given up. */
export function currentOf(rows: readonly Cutover[], connectionId: string): Cutover | undefined {
  return rows.find((row) => row.connectionId === connectionId && row.state !== 'cancelled')
}

/** A name of its own for the next one; two who begin at once say the same name, so that it happens once. */
export function nextName(rows: readonly Cutover[], connectionName: string): string {
  const taken = new Set(rows.map(({ name }) => name))
  for (let nth = 1; ; nth += 1) {
    const name = `${connectionName.slice(0, 80)} ${nth}`
    if (!taken.has(name)) return name
  }
}
