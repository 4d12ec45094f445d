import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** 32 random bytes that are never in the database, and the name that rows sealed by them carry. */
export type SealingKey = { name: string; bytes: Buffer }

/** The key that seals now, with those that open beside it while the keys are changed. */
export type MasterKey = SealingKey & {
  /** They open what was sealed before, or by a process that knows the next key already. */
  others?: readonly SealingKey[]
  /** Looks whether the keys have changed. @returns whether they have */
  refresh?(): boolean
}

/** A sealed value and the name of the key that sealed it: they go into their row together. */
export type Sealed = { keyName: string; sealed: Buffer }

const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Seals under a nonce of its own: see `seal`. The name is taken in the same moment as the bytes: a row that names another
 * key than the one that sealed it would be lost when that one is retired.
 */
export function sealNamed(key: MasterKey, value: unknown, boundTo: string): Sealed {
  return { keyName: key.name, sealed: seal(key, value, boundTo, randomBytes(NONCE_BYTES)) }
}

/**
 * Seals by the present key what any of the keys opens, byte for byte.
 * @returns undefined where none of them opens it
 */
export function resealNamed(key: MasterKey, sealed: Buffer, boundTo: string): Sealed | undefined {
  const text = openWithAny(key, sealed, boundTo)
  if (text === undefined) return undefined
  return { keyName: key.name, sealed: sealText(key, text, boundTo, randomBytes(NONCE_BYTES)) }
}

/**
 * Seals a value with AES-256-GCM: nonce, ciphertext, tag.
 * @param boundTo what the secret belongs to; opening it for anything else fails
 * @param nonce 12 fresh random bytes, never used twice with one key
 */
export function seal(key: SealingKey, value: unknown, boundTo: string, nonce: Buffer): Buffer {
  return sealText(key, Buffer.from(JSON.stringify(value), 'utf8'), boundTo, nonce)
}

function sealText(key: SealingKey, content: Buffer, boundTo: string, nonce: Buffer): Buffer {
  if (nonce.length !== NONCE_BYTES) throw new Error('A nonce is 12 bytes long.')
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce)
  cipher.setAAD(Buffer.from(boundTo))
  const text = Buffer.concat([cipher.update(content), cipher.final()])
  return Buffer.concat([nonce, text, cipher.getAuthTag()])
}

/**
 * Opens a sealed value. Throws `SecretUnreadable` when the key, the row or the owner is another. Where no key opens it, the
 * keys are looked at again: another process may have sealed it by one that is new.
 */
export function unseal(key: MasterKey, sealed: Buffer, boundTo: string): unknown {
  try {
    let text = openWithAny(key, sealed, boundTo)
    if (text === undefined && key.refresh?.() === true) text = openWithAny(key, sealed, boundTo)
    if (text !== undefined) return JSON.parse(text.toString('utf8'))
  } catch (error) {
    throw new SecretUnreadable(error)
  }
  throw new SecretUnreadable(undefined)
}

function openWithAny(key: MasterKey, sealed: Buffer, boundTo: string): Buffer | undefined {
  for (const each of [key, ...(key.others ?? [])]) {
    const text = open(each, sealed, boundTo)
    if (text !== undefined) return text
  }
  return undefined
}

/** @returns undefined where it was sealed by another key, for another owner, or is damaged: nobody can tell which */
function open(key: SealingKey, sealed: Buffer, boundTo: string): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
  // Named, or a value cut short would be judged by the few bytes of a tag that it has left.
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(boundTo))
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  const text = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES))
  try {
    return Buffer.concat([text, decipher.final()])
  } catch {
    // The tag does not fit: the only thing that `final` refuses.
    return undefined
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
