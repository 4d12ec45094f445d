import { type ExternalListing, Invalid, NotFound, type Page } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { type Options, PAGE_ITEMS, type WalmartApi } from './api.ts'
import { toListing } from './map.ts'
import type { KeptSkus } from './wfs.ts'

type Reading = { api: WalmartApi; kept: KeptSkus; options: Options }

/**
 * Walmart's cursor stays the same for all pages: its own end remembers how far it was read, so a page whose answer is
 * lost is gone. How many items were seen is counted against how many there are, and a list that comes out short is read
 * again from its beginning. Where no cursor comes with a page that more should follow, it is gone on by their number.
 */
const cursorSchema = z.strictObject({
  /** Undefined: go on behind those that were seen. */
  cursor: z.string().min(1).optional(),
  seen: z.int().min(0),
  round: z.int().min(1),
})
type Cursor = z.infer<typeof cursorSchema>

/** Items are removed while they are read, so a list may stay short for good. */
const ROUNDS_MAX = 3
const FIRST: Cursor = { cursor: '*', seen: 0, round: 1 }

export async function readListings(
  from: string | undefined,
  { api, kept, options }: Reading,
): Promise<Page<ExternalListing>> {
  const cursor = readCursor(from)
  const keptSkus = await kept.all(options)
  const { data, date } = await api.items(cursor.cursor ?? cursor.seen, options)
  const rows = data.ItemResponse
  const next = nextCursor(cursor, {
    rows: rows.length,
    total: data.totalItems ?? undefined,
    cursor: data.nextCursor ?? undefined,
  })
  return {
    rows: rows.map((item) => toListing(item, keptSkus.has(item.sku))),
    next: next === undefined ? undefined : JSON.stringify(next),
    platformTime: date,
  }
}

/** Where to go on after a page. Pure. */
export function nextCursor(
  { seen: before, round, cursor: asked }: Cursor,
  page: { rows: number; total: number | undefined; cursor: string | undefined },
): Cursor | undefined {
  const seen = before + page.rows
  const cursor = page.cursor || (asked === '*' ? undefined : asked)
  const isShort = page.total !== undefined && seen < page.total
  if (page.rows >= PAGE_ITEMS) {
    if (cursor !== undefined) return { cursor, seen, round }
    if (isShort) return { seen, round }
  }
  return isShort && round < ROUNDS_MAX ? { ...FIRST, round: round + 1 } : undefined
}

function readCursor(from: string | undefined): Cursor {
  if (from === undefined) return FIRST
  try {
    return cursorSchema.parse(JSON.parse(from))
  } catch (cause) {
    throw new Invalid('The cursor is none of this connector.', 'cursor', { cause })
  }
}

/** @throws NotFound */
export async function readListing(
  externalId: string,
  { api, kept, options }: Reading,
): Promise<ExternalListing> {
  const { data, detail } = await api.itemsOf(externalId, options)
  const found = data.ItemResponse.find(({ sku }) => sku === externalId)
  if (found === undefined) throw new NotFound(`Walmart has no item ${externalId}`, detail)
  return toListing(found, await kept.has(externalId, options))
}
