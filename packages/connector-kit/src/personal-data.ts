import { Malformed } from './errors.ts'
import type { HttpResponse } from './http.ts'

/**
 * JSON that holds personal data: a key, dropped with all that is under it; or an object (an address) of which only the
 * texts and numbers under the keys that it `keeps` stay. Names are compared whatever their case.
 */
export type PersonalDataKey = string | { key: string; keeps: readonly string[] }

/**
 * The value without every property whose name is one of `keys`, at any depth.
 * Names, streets and the like are dropped so before anything is stored. Leaves the given value as it was.
 */
export function withoutPersonalData(json: unknown, keys: readonly PersonalDataKey[]): unknown {
  const kept = new Map(
    keys.map((each) => {
      const { key, keeps } = typeof each === 'string' ? { key: each, keeps: [] } : each
      return [key.toLowerCase(), new Set(keeps.map((name) => name.toLowerCase()))]
    }),
  )
  return without(json, kept)
}

type Kept = ReadonlyMap<string, ReadonlySet<string>>

function without(json: unknown, kept: Kept): unknown {
  if (Array.isArray(json)) return json.map((element) => without(element, kept))
  if (typeof json !== 'object' || json === null) return json
  // `fromEntries` defines a property named `__proto__` like any other, where an assignment would set the prototype.
  return Object.fromEntries(
    Object.entries(json).flatMap(([key, value]): [string, unknown][] => {
      const keeps = kept.get(key.toLowerCase())
      if (keeps === undefined) return [[key, without(value, kept)]]
      const rest = keeps.size === 0 ? undefined : onlyThese(value, keeps)
      return rest === undefined ? [] : [[key, rest]]
    }),
  )
}

/** What is no plain object is dropped: of a text or a list nobody can say what it holds. */
function onlyThese(value: unknown, keeps: ReadonlySet<string>): object | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const isPlain = (part: unknown) => part === null || typeof part === 'string' || typeof part === 'number'
  return Object.fromEntries(
    Object.entries(value).filter(([key, part]) => keeps.has(key.toLowerCase()) && isPlain(part)),
  )
}

/**
 * For calls whose answers hold personal data: an answer that cannot be read is named, and nothing of it kept. (The text
 * stands in `body` of a Malformed, and a part of it in what the JSON parser says.)
 */
export async function withoutAnswer<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    throw unquoting(error)
  }
}

/** The same of something that is read at once, such as a webhook's body. */
export function unquoted<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw unquoting(error)
  }
}

function unquoting(error: unknown): unknown {
  return error instanceof Malformed ? withoutBody(error) : error
}

/** The same answer for `statusError`, which quotes it: a refusal may repeat to whom something goes. */
export function withoutText(response: HttpResponse): HttpResponse {
  return { ...response, text: '' }
}

/** The same error without what the platform said. */
export function withoutBody({ message, sent, platform }: Malformed): Malformed {
  const { cause: _, ...said } = platform
  return new Malformed(message, '', sent, said)
}
