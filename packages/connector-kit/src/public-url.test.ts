import { expect, test } from 'vitest'
import { assertPublicUrl, isPublicAddress } from './public-url.ts'

test.each([
  'https://shop.example.com',
  'http://shop.example.com:8080/wp-json',
  'https://8.8.8.8/',
  'https://[2606:4700::1111]/',
  'https://中文.example',
])('%s is public', (url) => {
  expect(assertPublicUrl(url, { allowLoopback: false })).toBeInstanceOf(URL)
})

test.each([
  'not an address',
  'ftp://shop.example.com',
  'file:///etc/passwd',
  'https://user:secret@shop.example.com',
  'http://localhost',
  'http://localhost.',
  'http://intranet/',
  'http://printer.local/',
  'http://metadata.google.internal/',
  'http://127.0.0.1',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0177.0.0.1/',
  'http://0.0.0.0/',
  'http://10.1.2.3',
  'http://172.31.0.1',
  'http://192.168.1.1',
  'http://169.254.169.254/latest/meta-data',
  'http://100.64.0.1',
  'http://198.18.0.1',
  'http://224.0.0.1',
  'http://255.255.255.255',
  'http://[::1]/',
  'http://[::]/',
  'http://[fd00::1]/',
  'http://[fe80::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:10.0.0.1]/',
  'http://[64:ff9b::a00:1]/',
])('%s is refused', (url) => {
  expect(() => assertPublicUrl(url, { allowLoopback: false })).toThrow(
    expect.objectContaining({ kind: 'invalid', field: 'url' }),
  )
})

test.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])(
  '%s passes where loopback is allowed',
  (url) => {
    expect(assertPublicUrl(url, { allowLoopback: true }).href).toContain('3000')
  },
)

test.each([
  'http://10.0.0.1',
  'http://192.168.1.1',
  'http://localhost.evil.internal',
  'http://127.evil.local',
])('allowing loopback does not allow %s', (url) => {
  expect(() => assertPublicUrl(url, { allowLoopback: true })).toThrow('private')
})

test('an IPv4 address dressed as IPv6 is judged as IPv4', () => {
  expect(isPublicAddress('::ffff:8.8.8.8')).toBe(true)
  expect(isPublicAddress('::ffff:192.168.0.1')).toBe(false)
  expect(isPublicAddress('shop.example.com')).toBe(false)
})
