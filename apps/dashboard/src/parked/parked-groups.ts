/** Parked events by reason code, the largest group first; within a group the order given (oldest first) stays. */
export function groupByReason<Row extends { reasonCode: string }>(
  rows: Row[],
): { reasonCode: string; rows: Row[] }[] {
  const groups = Map.groupBy(rows, (row) => row.reasonCode)
  return [...groups]
    .map(([reasonCode, grouped]) => ({ reasonCode, rows: grouped }))
    .sort((a, b) => b.rows.length - a.rows.length || a.reasonCode.localeCompare(b.reasonCode))
}
