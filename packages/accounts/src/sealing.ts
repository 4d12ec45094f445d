import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** A master key: 32 random bytes that are never in the database, and the name that sealed rows carry. */
export type MasterKey = { name: string; bytes: Buffer }

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Seals under a nonce of its own: see `seal`. */
export function sealFresh(key: MasterKey, value: unknown, boundTo: string): Buffer {
  return seal(key, value, boundTo, randomBytes(NONCE_BYTES))
}

/**
 * Seals a value with AES-256-GCM: nonce, ciphertext, tag.
 * @param boundTo what the secret belongs to; opening it for anything else fails
 * @param nonce 12 fresh random bytes, never used twice with one key
 */
export function seal(key: MasterKey, value: unknown, boundTo: string, nonce: Buffer): Buffer {
  if (nonce.length !== NONCE_BYTES) throw new Error('A nonce is 12 bytes long.')
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce)
  cipher.setAAD(Buffer.from(boundTo))
  const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
  return Buffer.concat([nonce, text, cipher.getAuthTag()])
}

/** Opens a sealed value. Throws `SecretUnreadable` when the key, the row or the owner is another. */
export function unseal(key: MasterKey, sealed: Buffer, boundTo: string): unknown {
  try {
    // Named, or a value cut short would be judged by the few bytes of a tag that it has left.
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(Buffer.from(boundTo))
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
    const text = sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)
    return JSON.parse(Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8'))
  } catch (error) {
    throw new SecretUnreadable(error)
  }
}

export class SecretUnreadable extends Error {
  readonly code = 'secret-unreadable'
  constructor(cause: unknown) {
    super(
      'The stored credentials cannot be opened with this secret key. Start the hub with the key they were sealed with, or connect again.',
      { cause },
    )
    this.name = 'SecretUnreadable'
  }
}
