import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, ENCODINGS, encode } from './encodings.ts'

test.each([
  ['gb18030', '深圳海外仓 €𠮷', 'c9eedbdabaa3cde2b2d620a2e39534b235'],
  ['shift_jis', '倉庫ﾃｽﾄ', '9171 8cc9 c3bd c4'],
  ['windows-1252', 'Größe 5 €', '4772f6df652035 20 80'],
  ['utf-16be', 'ab', 'feff00610062'],
  ['big5', '倉庫', 'addc ae77'],
] as const)('%s: "%s" stands in the bytes that are known for it', (encoding, text, hex) => {
  const bytes = encode(text, encoding).toString('hex')
  expect(bytes.startsWith(hex.replaceAll(' ', ''))).toBe(true)
  expect(decode(encode(text, encoding), encoding, 'it')).toBe(text)
})

test('whatever can be written is read as it was, in every encoding', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ENCODINGS), fc.string({ unit: 'grapheme' }), (encoding, given) => {
      const text = given.replaceAll('\uFEFF', '')
      let bytes: Buffer
      try {
        bytes = encode(text, encoding)
      } catch (error) {
        // Refused, never replaced; and nothing is refused where everything fits.
        expect(error).toMatchObject({ kind: 'malformed', sent: false })
        expect(encoding).not.toMatch(/^utf|gb18030/)
        return
      }
      expect(decode(bytes, encoding, 'it')).toBe(text)
    }),
    fromEnvironment({ numRuns: 300 }),
  )
})

test('every character of the first plane is written in GB18030 and read again, but a few private ones', () => {
  const wrong: string[] = []
  for (let point = 0; point < 0x10000; point += 1) {
    if ((point >= 0xd800 && point <= 0xdfff) || point === 0xfeff) continue
    const character = String.fromCharCode(point)
    try {
      if (decode(encode(character, 'gb18030'), 'gb18030', 'it') !== character) wrong.push(point.toString(16))
    } catch {
      wrong.push(point.toString(16))
    }
  }
  // The decoder knows them under newer numbers (WHATWG Encoding, index gb18030): refused, not mistaken for others.
  expect(wrong.filter((point) => !/^e[5-8]/.test(point))).toEqual([])
  expect(wrong.length).toBeLessThan(30)
})
