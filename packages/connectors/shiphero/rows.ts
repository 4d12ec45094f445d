import { Malformed } from '@plimsoll/connector-kit'
import type { z } from 'zod'

type Rows<Row> = { rows: Row[]; unreadable: { externalId: string; version: undefined }[] }

/** Rows one by one: what cannot be read is named, the others go on. */
export function readRows<Raw, Row>(
  raws: readonly { id: string }[],
  schema: z.ZodType<Raw>,
  toRow: (raw: Raw) => Row | undefined,
): Rows<Row> {
  const found: Rows<Row> = { rows: [], unreadable: [] }
  for (const raw of raws) {
    const read = schema.safeParse(raw)
    try {
      if (!read.success) throw new Malformed('a row of another shape', '')
      const row = toRow(read.data)
      if (row !== undefined) found.rows.push(row)
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      found.unreadable.push({ externalId: raw.id, version: undefined })
    }
  }
  return found
}

/** As its filters take it: seconds, UTC. A second earlier, since nobody says whether it means "later than". */
export function since(at: Date): string {
  return new Date(Math.max(0, at.getTime() - 1_000)).toISOString().slice(0, 19)
}
