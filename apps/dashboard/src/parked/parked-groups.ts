/**
 * Parked events by cause (the connection, the reason and what is missing), the largest group first; within a group the
 * order given (oldest first) stays.
 */
export function groupByCause<Row extends { cause: string }>(rows: Row[]): { cause: string; rows: Row[] }[] {
  const groups = Map.groupBy(rows, (row) => row.cause)
  return [...groups]
    .map(([cause, grouped]) => ({ cause, rows: grouped }))
    .sort((a, b) => b.rows.length - a.rows.length || a.cause.localeCompare(b.cause))
}
