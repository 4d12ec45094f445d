import { createHash, generateKeyPairSync, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { signatureBase, signatureHeaders } from './digital-signature.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const signingPrivateKey = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
const request = {
  method: 'post',
  url: 'https://api.ebay.com/post-order/v2/cancellation?x=1',
  body: '{"legacyOrderId":"1"}',
  atMs: 1_658_440_308_999,
}

test('what is signed is one line for each covered part, without the query', () => {
  expect(
    signatureBase({ ...request, digest: 'sha-256=:d:', key: 'k', parameters: '("@method");created=1' }).split(
      '\n',
    ),
  ).toEqual([
    '"content-digest": sha-256=:d:',
    '"x-ebay-signature-key": k',
    '"@method": POST',
    '"@path": /post-order/v2/cancellation',
    '"@authority": api.ebay.com',
    '"@signature-params": ("@method");created=1',
  ])
})

test('the headers prove body, key, method, path, host and time', () => {
  const headers = signatureHeaders({ signingKeyJwe: 'jwe', signingPrivateKey }, request)
  const digest = `sha-256=:${createHash('sha256').update(request.body).digest('base64')}:`
  const parameters =
    '("content-digest" "x-ebay-signature-key" "@method" "@path" "@authority");created=1658440308'
  expect(headers).toMatchObject({
    'content-digest': digest,
    'x-ebay-signature-key': 'jwe',
    'signature-input': `sig1=${parameters}`,
  })
  const signature = Buffer.from(/^sig1=:(.*):$/.exec(headers.signature ?? '')?.[1] ?? '', 'base64')
  const base = signatureBase({ ...request, digest, key: 'jwe', parameters })
  expect(verify(null, Buffer.from(base), publicKey, signature)).toBe(true)
})

test('without a key nothing is signed', () => {
  expect(signatureHeaders({}, request)).toEqual({})
  expect(signatureHeaders({ signingKeyJwe: 'jwe' }, request)).toEqual({})
})
