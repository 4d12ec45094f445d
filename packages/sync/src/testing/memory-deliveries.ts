import type { ReceivedUnits } from '@plimsoll/connector-kit'

/** So far, not since last time. */
export function addUnits<Line extends Omit<ReceivedUnits, 'condition'>>(lines: Line[], units: Line): void {
  const known = lines.find(({ externalId }) => externalId === units.externalId)
  if (known === undefined) lines.push(units)
  else
    Object.assign(known, {
      quantity: known.quantity + units.quantity,
      serials: [...known.serials, ...units.serials],
      receivedAt: units.receivedAt,
    })
}

/** As it is now: its people change theirs. */
export function shown<Row extends { changedAt: number; lines: object[] }>(
  rows: readonly Row[],
  since: Date,
): Row[] {
  return rows
    .filter(({ changedAt }) => changedAt >= since.getTime())
    .sort((a, b) => a.changedAt - b.changedAt)
    .map((row) => ({ ...row, lines: row.lines.map((line) => ({ ...line })) }))
}
