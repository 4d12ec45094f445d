import { Malformed } from '@plimsoll/connector-kit'

/**
 * A moment as Shopify writes it (ISO 8601 with an offset, whole seconds or finer).
 * @param what named in the error
 * @throws Malformed for anything else: an unreadable moment must become neither 1970 nor NaN
 */
export function toInstant(text: string, what: string): Date {
  const instant = new Date(text)
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(instant.getTime())) {
    throw new Malformed(`Shopify gave no readable ${what}: ${text.slice(0, 80)}`, text)
  }
  return instant
}
