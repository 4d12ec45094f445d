import { randomBytes } from 'node:crypto'
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type MasterKey, SecretUnreadable, seal, unseal } from './sealing.ts'

const KEY: MasterKey = { name: 'test', bytes: randomBytes(32) }
const OWNER = 'organization-1/secret-1'
const TOKEN = 'shpat_0123456789abcdef'

test('what was sealed opens again as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, owner) => {
      const json: unknown = JSON.parse(JSON.stringify(value))
      expect(unseal(KEY, seal(KEY, value, owner, randomBytes(12)), owner)).toEqual(json)
    }),
    fromEnvironment(),
  )
})

test('a sealed value never contains what it seals, and looks different each time', () => {
  const first = seal(KEY, { token: TOKEN }, OWNER, randomBytes(12))
  const second = seal(KEY, { token: TOKEN }, OWNER, randomBytes(12))
  for (const text of [TOKEN, 'token', Buffer.from(TOKEN).toString('base64')]) {
    expect(first.includes(text)).toBe(false)
  }
  expect(first.equals(second)).toBe(false)
})

test('another key or another owner cannot open it', () => {
  const sealed = seal(KEY, TOKEN, OWNER, randomBytes(12))
  expect(() => unseal({ ...KEY, bytes: randomBytes(32) }, sealed, OWNER)).toThrow(SecretUnreadable)
  expect(() => unseal(KEY, sealed, 'organization-2/secret-1')).toThrow(SecretUnreadable)
  expect(() => unseal(KEY, sealed, 'organization-1/secret-2')).toThrow(SecretUnreadable)
})

test('one changed bit anywhere, nonce and tag included, makes it unreadable', () => {
  const sealed = seal(KEY, TOKEN, OWNER, randomBytes(12))
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const tampered = Buffer.from(sealed)
    const byte = Math.floor(bit / 8)
    tampered[byte] = (tampered[byte] ?? 0) ^ (1 << (bit % 8))
    expect(() => unseal(KEY, tampered, OWNER)).toThrow(SecretUnreadable)
  }
})

test('cut short to any length, it is unreadable', () => {
  const sealed = seal(KEY, TOKEN, OWNER, randomBytes(12))
  for (let length = 0; length < sealed.length; length += 1) {
    expect(() => unseal(KEY, sealed.subarray(0, length), OWNER)).toThrow(SecretUnreadable)
  }
})

test('the error says the cure and nothing of the secret or the key', () => {
  const sealed = seal(KEY, TOKEN, OWNER, randomBytes(12))
  try {
    unseal({ ...KEY, bytes: randomBytes(32) }, sealed, OWNER)
    expect.unreachable()
  } catch (error) {
    expect(error).toMatchObject({ code: 'secret-unreadable' })
    expect(String(error)).toContain('Start the hub with the key they were sealed with')
    expect(String(error)).not.toContain(TOKEN)
  }
})

test.each([0, 11, 13, 16])('a nonce of %d bytes is refused: GCM would be weaker than it looks', (length) => {
  expect(() => seal(KEY, TOKEN, OWNER, Buffer.alloc(length))).toThrow('A nonce is 12 bytes long.')
})
