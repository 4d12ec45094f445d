import { createHash } from 'node:crypto'
import type { SealingKey } from '../sealing.ts'

/**
 * The keys as they are written: 64 hexadecimal digits each, the one that seals first; the others open alone. `next` before
 * one says that a rotation made it and nothing is sealed by it yet.
 */
export type Keys = {
  seals: SealingKey
  next: SealingKey | undefined
  /** They sealed before. */
  former: readonly SealingKey[]
}

const MAKE_ONE = 'make one with: openssl rand -hex 32'

/**
 * Reads keys that stand on lines of their own, or with commas between them.
 * @param where named in the error; what stands there is never repeated
 */
export function parseKeys(text: string, where: string): Keys {
  const words = text
    .split(/[\n,]/)
    .map((word) => word.trim())
    .filter((word) => word !== '')
  const keys = words.map((word) => ({ isNext: /^next\s/i.test(word), word: word.replace(/^next\s+/i, '') }))
  if (keys.length === 0 || keys.some(({ word }) => !/^[0-9a-f]{64}$/i.test(word)))
    throw new Error(`${where} must hold 64 hexadecimal digits; ${MAKE_ONE}`)
  const [seals, ...former] = keys.filter(({ isNext }) => !isNext).map(({ word }) => toKey(word))
  const [next, ...more] = keys.filter(({ isNext }) => isNext).map(({ word }) => toKey(word))
  if (seals === undefined) throw new Error(`${where} must hold a key that is not "next": the one that seals.`)
  if (more.length > 0) throw new Error(`${where} must hold one "next" key at most.`)
  const names = [seals, ...former, ...(next === undefined ? [] : [next])].map(({ name }) => name)
  if (new Set(names).size < names.length) throw new Error(`${where} holds the same key twice.`)
  return { seals, next, former }
}

export function formatKeys({ seals, next, former }: Keys): string {
  const hex = ({ bytes }: SealingKey) => bytes.toString('hex')
  const lines = [hex(seals), ...former.map(hex), ...(next === undefined ? [] : [`next ${hex(next)}`])]
  return `${lines.join('\n')}\n`
}

/** Named by a hash of its bytes: the same wherever it is kept, and nothing of the key can be told from it. */
export function nameKey(bytes: Buffer): SealingKey {
  const hash = createHash('sha256').update('plimsoll secret key ').update(bytes).digest('hex')
  return { name: `key-${hash.slice(0, 12)}`, bytes }
}

function toKey(word: string): SealingKey {
  return nameKey(Buffer.from(word, 'hex'))
}
