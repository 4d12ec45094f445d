import type { Refusal } from '@plimsoll/stock'

/**
 * Keys that clients choose are stored apart by the way in that they came by, so that two ways never meet by
 * chance; what a client is told has the key as it gave it.
 */
export type WayIn = 'api' | 'cli'

export function toStoredKey(way: WayIn, key: string): string {
  return `${way}:${key}`
}

export function toClientKey(way: WayIn, stored: string): string {
  return stored.slice(toStoredKey(way, '').length)
}

/** The same refusal in words that name the client's own key. */
export function inClientWords(way: WayIn, refusal: Refusal & { key: string }): Refusal & { key: string } {
  const key = toClientKey(way, refusal.key)
  return { ...refusal, key, message: refusal.message.replaceAll(refusal.key, key) }
}
