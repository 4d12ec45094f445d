import { Invalid } from '@plimsoll/connector-kit'

/** Where the reading of a list is whose rows are looked at one by one: which page of it, and how far into that. */
type ListPlace = { token: string | undefined; from: number }

export function toCursor({ token, from }: ListPlace): string {
  return JSON.stringify([token ?? null, from])
}

/** @throws Invalid */
export function readCursor(cursor: string | undefined): ListPlace {
  if (cursor === undefined) return { token: undefined, from: 0 }
  const read: unknown = parseOrUndefined(cursor)
  const [token, from] = Array.isArray(read) ? (read as unknown[]) : []
  if ((typeof token !== 'string' && token !== null) || typeof from !== 'number')
    throw new Invalid('this is no place in the list', 'cursor')
  return { token: token ?? undefined, from }
}

export function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // The caller says what it is not.
  }
}
