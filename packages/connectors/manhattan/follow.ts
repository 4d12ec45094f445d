import { Malformed } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { instant } from './envelope.ts'
import { PAGE_SIZE } from './limits.ts'
import { type Condition, momentOf } from './query.ts'
import { type Search, searchPage } from './search.ts'
import type { Context } from './transport.ts'

/**
 * What changed since a moment, page by page, by when it changed and by its key: a row that changes while somebody reads goes
 * behind those that were read and comes again; none is pushed out of sight, as with numbered pages.
 */
export type Position = { at: string; after: string | undefined }

/** A row of which two fields are certain; `UpdatedTimestamp` as it stands there, since searches are answered by that text. */
export type Changed = { UpdatedTimestamp: string } & Record<string, unknown>

export const stamp = z.string().refine((written) => instant.safeParse(written).success, 'not a moment')

export async function readChanged<Row extends Changed>(
  context: Context,
  search: Search & { where: readonly Condition[]; key: keyof Row & string },
  { at, after }: Position,
  row: z.ZodType<Row>,
): Promise<{ rows: Row[]; next: Position | undefined; platformTime: Date | undefined }> {
  const { where, key, ...rest } = search
  const ask = (conditions: Condition[], sort: string[]) =>
    searchPage(context, { ...rest, where: [...where, ...conditions], sort, size: PAGE_SIZE }, row)
  const toNext = (last: Row | undefined): Position => {
    const next = { at: last?.UpdatedTimestamp ?? '', after: String(last?.[key] ?? '') }
    if (next.after === '' || (next.at === at && next.after === after))
      throw new Malformed(`${search.operation}: its pages do not go on`, '')
    return next
  }

  // Many may have changed at one moment: first the rest of those of the moment at which the last page ended.
  const rest1 =
    after === undefined
      ? { rows: [] }
      : await ask(
          [
            { field: 'UpdatedTimestamp', op: '=', value: at },
            { field: key, op: '>', value: after },
          ],
          [key],
        )
  if (rest1.rows.length === PAGE_SIZE)
    return { rows: rest1.rows, next: toNext(rest1.rows.at(-1)), platformTime: undefined }
  const later = await ask(
    [{ field: 'UpdatedTimestamp', op: after === undefined ? '>=' : '>', value: at }],
    ['UpdatedTimestamp', key],
  )
  return {
    rows: [...rest1.rows, ...later.rows],
    next: later.rows.length === PAGE_SIZE ? toNext(later.rows.at(-1)) : undefined,
    platformTime: later.platformTime,
  }
}

/** One reading of a stream: through these searches at each facility, one after the other. */
export type Reading<Pass extends string> = { pass: Pass; facility: string; position: Position }

export function createCursors<Pass extends string>(passes: readonly Pass[]) {
  const shape = z.tuple([z.string(), z.string(), z.string(), z.string().nullable()])

  return {
    /** Where a cursor points; what is none (or of facilities that the settings no longer name) begins anew. */
    read(cursor: string | undefined, since: Date, facilities: readonly string[]): Reading<Pass> {
      const start = { at: momentOf(new Date(Math.max(0, since.getTime()))), after: undefined }
      const first = { pass: passes[0] as Pass, facility: facilities[0] ?? '', position: start }
      const told = shape.safeParse(cursor === undefined ? undefined : parse(cursor))
      if (!told.success) return first
      const [passName, facility, at, after] = told.data
      const pass = passes.find((each) => each === passName)
      if (pass === undefined || !facilities.includes(facility)) return first
      return { pass, facility, position: at === '' ? start : { at, after: after ?? undefined } }
    },
    /** The cursor behind a page; undefined: it was the last of all. */
    next(
      { pass, facility }: Reading<Pass>,
      next: Position | undefined,
      facilities: readonly string[],
    ): string | undefined {
      if (next !== undefined) return JSON.stringify([pass, facility, next.at, next.after ?? null])
      const place = facilities[facilities.indexOf(facility) + 1]
      if (place !== undefined) return JSON.stringify([pass, place, '', null])
      const following = passes[passes.indexOf(pass) + 1]
      return following === undefined ? undefined : JSON.stringify([following, facilities[0], '', null])
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Not one of ours: reading begins anew, which misses nothing.
  }
}
