import { Unavailable } from './errors.ts'

/**
 * Public keys that a platform signs with and gives by their id (eBay). Kept for `lifeMs`; fetched once however many
 * messages wait. Whoever forges messages names ids at will: one that there is not is remembered for a minute, and only
 * so many unknown ones are asked for in a minute. Beyond that the answer is Unavailable: the platform calls again.
 */
export type PublicKeys<Context> = {
  /** @returns undefined where the platform has no such key */
  find(keyId: string, context: Context): Promise<string | undefined>
}

const MINUTE_MS = 60_000
const UNKNOWN_PER_MINUTE = 5
const KEPT_MAX = 100
const ID_LENGTH_MAX = 200

export function createPublicKeys<Context extends { now(): number }>(options: {
  lifeMs: number
  /** Keys of one platform in several places (a sandbox): which place a context is of. */
  placeOf?(context: Context): string
  /** @returns undefined where there is no such key; throws as any call does */
  fetchKey(keyId: string, context: Context): Promise<string | undefined>
}): PublicKeys<Context> {
  const kept = new Map<string, { key: string | undefined; until: number }>()
  const fetching = new Map<string, Promise<string | undefined>>()
  let asked: number[] = []

  const fetchKey = async (name: string, keyId: string, context: Context): Promise<string | undefined> => {
    const now = context.now()
    asked = asked.filter((at) => at > now - MINUTE_MS)
    if (asked.length >= UNKNOWN_PER_MINUTE) {
      throw new Unavailable('Too many unknown signing keys were named in the last minute.', false)
    }
    asked.push(now)
    const key = await options.fetchKey(keyId, context)
    // One that is good does not count against those that are made up.
    if (key !== undefined) asked = asked.filter((at) => at !== now)
    kept.set(name, { key, until: now + (key === undefined ? MINUTE_MS : options.lifeMs) })
    for (const oldest of kept.keys()) if (kept.size > KEPT_MAX) kept.delete(oldest)
    return key
  }
  return {
    async find(keyId, context) {
      if (keyId === '' || keyId.length > ID_LENGTH_MAX) return undefined
      const name = `${options.placeOf?.(context) ?? ''} ${keyId}`
      const known = kept.get(name)
      if (known !== undefined && context.now() < known.until) return known.key
      const underWay =
        fetching.get(name) ?? fetchKey(name, keyId, context).finally(() => fetching.delete(name))
      fetching.set(name, underWay)
      return await underWay
    },
  }
}
