import { createHash, randomBytes } from 'node:crypto'

/** 256 bits that nobody can guess, for addresses and cookies. */
export function freshSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** What is kept of such a secret: whoever reads it can do nothing with it. */
export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
