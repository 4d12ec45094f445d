import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hmacSha256Base64, verifyHmacBase64 } from './signatures.ts'

test('RFC 4231, test case 2', () => {
  expect(
    Buffer.from(hmacSha256Base64('Jefe', 'what do ya want for nothing?'), 'base64').toString('hex'),
  ).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
})

test('what was signed is verified; any other byte, secret or signature is not', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }),
      fc.uint8Array({ minLength: 1 }),
      fc.nat(),
      (secret, body, at) => {
        const signature = hmacSha256Base64(secret, body)
        expect(verifyHmacBase64(signature, secret, body)).toBe(true)
        const tampered = Uint8Array.from(body)
        const index = at % body.length
        tampered[index] = (tampered[index] ?? 0) ^ 1
        expect(verifyHmacBase64(signature, secret, tampered)).toBe(false)
        expect(verifyHmacBase64(signature, `${secret}x`, body)).toBe(false)
      },
    ),
  )
})

const body = Buffer.from('{"id":1}')
const good = hmacSha256Base64('secret', body)

test.each([
  ['absent', undefined],
  ['empty', ''],
  ['cut short', good.slice(0, -4)],
  ['longer', `${good}AAAA`],
  ['with a space', ` ${good}`],
  ['base64url', good.replace('+', '-').replace('/', '_').replace('=', '')],
  ['hexadecimal', Buffer.from(good, 'base64').toString('hex')],
  ['not Base64', '☃'.repeat(44)],
  ['32 other bytes', Buffer.alloc(32).toString('base64')],
])('a signature that is %s is false and does not throw', (_what, header) => {
  expect(verifyHmacBase64(header, 'secret', body)).toBe(false)
})

test('an empty secret verifies nothing, not even what it signed', () => {
  expect(verifyHmacBase64(hmacSha256Base64('', body), '', body)).toBe(false)
})
