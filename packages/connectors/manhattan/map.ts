import { Malformed } from '@plimsoll/connector-kit'
import type { z } from 'zod'

/** What both products have in common. Pure. */

const hubId = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i

/** The hub's id, where a reference is one or ends with one; what others made says nothing to it. */
export function hubIdOf(reference: string): string | undefined {
  return reference.match(hubId)?.[0]
}

/**
 * A place on Manhattan's scale of four digits, on which more is further on.
 * @throws Malformed for what is no such place: an unknown word is never guessed at
 */
export function placeOnScale(status: string | null | undefined, what: string): number {
  if (status == null || !/^\d{4}$/.test(status))
    throw new Malformed(`${what} has a status that is none of Manhattan’s`, (status ?? '').slice(0, 40))
  return Number(status)
}

/** A code that may be shown and logged; what does not look like one may be somebody's words. */
export function codeOrElse(code: string | null | undefined, otherwise: string): string {
  return code != null && /^[\p{L}\p{N}][\p{L}\p{N} ._:-]{0,39}$/u.test(code) ? code : otherwise
}

/** Rows one by one: what cannot be read is named, the others go on. */
export function mapRows<Raw, Row>(
  raws: readonly Raw[],
  { idOf, toRow }: { idOf(raw: Raw): string; toRow(raw: Raw): Row },
): { rows: Row[]; unreadable: { externalId: string; version: number | undefined }[] } {
  const rows: Row[] = []
  const unreadable: { externalId: string; version: number | undefined }[] = []
  for (const raw of raws) {
    try {
      rows.push(toRow(raw))
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      unreadable.push({ externalId: idOf(raw), version: undefined })
    }
  }
  return { rows, unreadable }
}

/** @throws Malformed that names the first thing that is wrong, and quotes nothing */
export function readRow<T>(raw: unknown, schema: z.ZodType<T>, what: string): T {
  const read = schema.safeParse(raw)
  if (read.success) return read.data
  const issue = read.error.issues[0]
  throw new Malformed(
    `${what}: ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'wrong shape'}`,
    '',
  )
}
