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

/** So many pages at the most: a list that never ends is one that cannot be read. */
const PAGES_MAX = 1_000

/** A short list to its end. @throws Malformed where it comes round again */
export async function readPages<Row>(
  readPage: (after: string | undefined) => Promise<{ nodes: readonly Row[]; next: string | undefined }>,
): Promise<Row[]> {
  const found: Row[] = []
  const seen = new Set<string>()
  for (let after: string | undefined; ; ) {
    const { nodes, next } = await readPage(after)
    found.push(...nodes)
    if (next === undefined) return found
    if (seen.has(next) || seen.size >= PAGES_MAX) throw new Malformed('a list that does not end', '')
    seen.add(next)
    after = next
  }
}
