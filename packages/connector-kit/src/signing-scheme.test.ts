import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromEnvironment } from './property-runs.ts'
import { isSignedWith, joinedPairs, type SigningScheme, signWith } from './signing-scheme.ts'

const scheme: SigningScheme<Record<string, string>> = {
  canonical: (request, secret) => `${secret}${joinedPairs(request)}${secret}`,
  hash: 'md5',
  letters: 'upper',
}

test('a digest as others make it', () => {
  // md5 of "ka1b2k", worked out with another tool
  expect(signWith(scheme, { b: '2', a: '1' }, 'k')).toBe('A110B80A37AAB1B2B4E9A65E10D13A08')
  expect(signWith({ ...scheme, letters: 'lower' }, {}, '')).toBe('d41d8cd98f00b204e9800998ecf8427e')
  expect(signWith({ ...scheme, hash: 'sha256', letters: 'lower' }, {}, '')).toMatch(/^e3b0c442/)
})

test('what was signed is recognised, what is changed by anything is not', () => {
  const pairs = fc.dictionary(fc.string({ minLength: 1 }), fc.string())
  fc.assert(
    fc.property(pairs, fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (request, secret, extra) => {
      const signature = signWith(scheme, request, secret)
      expect(isSignedWith(scheme, request, { secret, signature })).toBe(true)
      expect(isSignedWith(scheme, { ...request, [`${extra}~`]: extra }, { secret, signature })).toBe(false)
      expect(isSignedWith(scheme, request, { secret: `${secret}${extra}`, signature })).toBe(false)
      expect(isSignedWith(scheme, request, { secret, signature: signature.slice(1) })).toBe(false)
      expect(isSignedWith(scheme, request, { secret, signature: signature.toLowerCase() })).toBe(
        signature === signature.toLowerCase(),
      )
    }),
    fromEnvironment(),
  )
})

test('an empty secret signs for nobody', () => {
  expect(isSignedWith(scheme, {}, { secret: '', signature: signWith(scheme, {}, '') })).toBe(false)
})
