import { createHash } from 'node:crypto'

/** A UUID made of what it names, so that the same request always carries the same idempotency key. */
export function derivedUuid(of: unknown): string {
  const hex = createHash('sha256').update(JSON.stringify(of)).digest('hex')
  // Version 8 of RFC 9562: a UUID whose bits are the application's own.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
