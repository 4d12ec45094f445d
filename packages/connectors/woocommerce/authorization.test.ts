import { oauthSignature, percentEncode } from '@plimsoll/connector-kit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { authorize } from './authorization.ts'
import { createAuthentication } from './simulator/authentication.ts'

const credentials = { consumerKey: 'ck_1', consumerSecret: 'cs_2' }
const now = Date.UTC(2026, 7, 1)
const request = {
  method: 'GET',
  url: 'https://shop.example/wp-json/wc/v3/orders',
  query: { status: 'any', after: '2026-08-01T00:00:00' },
  credentials,
  now,
  nonce: 'n1',
}

test('Basic: the keys go in the header and not in the address', () => {
  const signed = authorize({ ...request, mode: 'basic' })
  expect(signed.headers).toEqual({ authorization: `Basic ${Buffer.from('ck_1:cs_2').toString('base64')}` })
  expect(signed.url).toBe(
    'https://shop.example/wp-json/wc/v3/orders?status=any&after=2026-08-01T00%3A00%3A00',
  )
})

test('keys in the query: for hosts that strip the header', () => {
  const signed = authorize({ ...request, mode: 'query' })
  expect(signed.headers).toEqual({})
  expect(new URL(signed.url).searchParams.get('consumer_secret')).toBe('cs_2')
})

test('OAuth 1.0a: the secret never travels', () => {
  const signed = authorize({ ...request, url: 'http://shop.example/wp-json/wc/v3/orders', mode: 'oauth1' })
  expect(signed.url).not.toContain('cs_2')
  const { searchParams } = new URL(signed.url)
  expect(searchParams.get('oauth_timestamp')).toBe(String(now / 1_000))
  expect(searchParams.get('oauth_signature_method')).toBe('HMAC-SHA256')
})

test('OAuth 1.0a: the signature covers every parameter, in whatever order they are given', () => {
  const parameters = {
    file: 'vacation.jpg',
    size: 'original',
    oauth_consumer_key: 'dpf43f3p2l4k3l03',
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: '137131202',
    oauth_nonce: 'chapoH',
  }
  const given = {
    method: 'get',
    url: 'http://photos.example.net/photos',
    parameters,
    consumerSecret: 'kd94hf93k423kf44',
  }
  const reversed = Object.fromEntries(Object.entries(parameters).reverse())
  const signature = oauthSignature({ ...given, algorithm: 'sha1' })
  expect(signature).toMatch(/^[A-Za-z0-9+/]{27}=$/)
  expect(oauthSignature({ ...given, parameters: reversed, algorithm: 'sha1' })).toBe(signature)
  expect(
    oauthSignature({ ...given, parameters: { ...parameters, size: 'small' }, algorithm: 'sha1' }),
  ).not.toBe(signature)
})

test('percent encoding leaves only what RFC 3986 calls unreserved', () => {
  expect(percentEncode("a-Z0._~ !'()*&=+/é😀")).toBe(
    'a-Z0._~%20%21%27%28%29%2A%26%3D%2B%2F%C3%A9%F0%9F%98%80',
  )
})

test('whatever is asked, the shop finds its signature right, once', () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => !text.startsWith('oauth_') && text.isWellFormed())
  const value = fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed())
  fc.assert(
    fc.property(fc.dictionary(name, value, { noNullPrototype: true }), fc.uuid(), (query, nonce) => {
      const url = 'http://127.0.0.1/wp-json/wc/v3/products'
      const signed = authorize({ ...request, mode: 'oauth1', url, query, nonce })
      const authentication = createAuthentication(
        () => ({ ...credentials, permission: 'read_write' }),
        () => now,
      )
      const seen = {
        method: 'GET',
        url,
        query: Object.fromEntries(new URL(signed.url).searchParams),
        authorization: undefined,
        isTls: false,
      }
      authentication.check(seen)
      expect(() => authentication.check(seen)).toThrow('nonce has already been used')
    }),
  )
})
