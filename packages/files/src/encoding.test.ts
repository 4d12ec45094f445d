import { expect, test } from 'vitest'
import { decodeText, EncodingDetector } from './encoding.ts'

const CHINESE = '货号,名称\n0001,乌龙茶\n'
/** 货号,名称⏎0001,乌龙茶⏎ in GBK, as Excel in China saves "CSV". */
const GBK = Buffer.from('bbf5bac52cc3fbb3c60a303030312ccedac1fab2e80a', 'hex')

function detect(bytes: Uint8Array, size = bytes.length) {
  const detector = new EncodingDetector()
  for (let at = 0; at < bytes.length; at += size) detector.push(bytes.subarray(at, at + size))
  return detector.end()
}
async function decode(bytes: Uint8Array, encoding: Parameters<typeof decodeText>[1], size = bytes.length) {
  async function* parts() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  let whole = ''
  for await (const part of decodeText(parts(), encoding)) whole += part
  return whole
}
const utf16 = (text: string) => Buffer.from(text, 'utf16le')

test.each([
  ['UTF-8', Buffer.from(CHINESE), 'utf-8'],
  ['UTF-8 with a mark', Buffer.from(`\uFEFF${CHINESE}`), 'utf-8'],
  ['plain ASCII', Buffer.from('sku,name\nA,Tea\n'), 'utf-8'],
  ['UTF-16 with a mark', utf16(`\uFEFF${CHINESE}`), 'utf-16le'],
  ['UTF-16 without a mark', utf16('sku,name\nA,Tea\n'), 'utf-16le'],
  ['UTF-16, high byte first', utf16(`\uFEFF${CHINESE}`).swap16(), 'utf-16be'],
  ['UTF-16, high byte first, without a mark', utf16('sku,name\nA,Tea\n').swap16(), 'utf-16be'],
  ['GBK', GBK, 'gb18030'],
] as const)('a file in %s is recognised, however it arrives in pieces', async (_what, bytes, encoding) => {
  const expected = await decode(bytes, encoding)
  for (const size of [1, 2, 3, 7, bytes.length]) {
    expect(detect(bytes, size), `in pieces of ${size}`).toBe(encoding)
    expect(await decode(bytes, encoding, size)).toBe(expected)
  }
  expect(expected).toMatch(/^(货号,名称\n0001,乌龙茶|sku,name\nA,Tea)\n$/)
})

test('Chinese is recognised though its first word stands behind thousands of plain rows', () => {
  const plain = Buffer.from('SKU-1,Tea\n'.repeat(10_000))
  expect(detect(Buffer.concat([plain, GBK]), 4_096)).toBe('gb18030')
})

test.each([
  ['a Western code page', Buffer.from('sku,name\nA,Th\xe9\nB,Cr\xe8me br\xfbl\xe9e\n', 'latin1')],
  ['a Western code page at its very end', Buffer.from('sku,name\nA,Th\xe9', 'latin1')],
  ['UTF-8 that breaks off in a character', Buffer.from(CHINESE).subarray(0, 11)],
  ['zero bytes here and there', Buffer.from([1, 0, 0, 2, 0, 0, 3, 3, 0, 0, 0, 7])],
])('%s is refused with the cure, and never read as something else', (_what, bytes) => {
  expect(() => detect(bytes)).toThrow(expect.objectContaining({ code: 'file-not-text' }))
})

test('line breaks of Windows and old Macs are read as plain ones, also where a piece ends between the two', async () => {
  const bytes = Buffer.from('a\r\nb\rc\n\r\nd\r')
  for (const size of [1, 2, 3, 99]) expect(await decode(bytes, 'utf-8', size)).toBe('a\nb\nc\n\nd\n')
})
