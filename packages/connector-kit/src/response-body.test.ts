import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { decodeBody, readJson } from './response-body.ts'

const schema = z.object({ orders: z.array(z.object({ id: z.int() })) })

function read(text: string) {
  return readJson(
    { status: 200, headers: { 'x-request-id': 'r-1' }, text, date: undefined, durationMs: 1 },
    schema,
    'orders',
  )
}

test('reads JSON, with a byte order mark in front or not', () => {
  expect(read('{"orders":[{"id":1}]}')).toEqual({ orders: [{ id: 1 }] })
  expect(read('\uFEFF{"orders":[]}')).toEqual({ orders: [] })
})

test.each([
  ['nothing', '', 'empty'],
  ['a web page', '  <!doctype html><html>', 'web page'],
  ['truncated', '{"orders":[{"id":1}', 'not complete JSON'],
  ['another shape', '{"orders":[{"id":1},{"id":"2"}]}', 'orders: orders.1.id'],
  ['another kind', '[]', 'the whole answer'],
])('%s is Malformed and says so', (_what, text, said) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({
      kind: 'malformed',
      sent: true,
      message: expect.stringContaining(said),
      platform: expect.objectContaining({ requestId: 'r-1', status: 200 }),
    }),
  )
})

test('only the start of a large body is kept', () => {
  try {
    read('x'.repeat(100_000))
    expect.unreachable()
  } catch (error) {
    expect(error).toMatchObject({ body: 'x'.repeat(2_000) })
  }
})

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const)('%s is unpacked', async (encoding, pack) => {
  const unpacked = await decodeBody(pack('{"ünïcode":"中文"}'), encoding, 1_000)
  expect(unpacked.toString('utf8')).toBe('{"ünïcode":"中文"}')
})

test('what is not compressed as it says, or unpacks to too much, is Malformed', async () => {
  await expect(decodeBody(Buffer.from('{}'), 'gzip', 1_000)).rejects.toMatchObject({ kind: 'malformed' })
  const bomb = gzipSync(Buffer.alloc(100_000))
  await expect(decodeBody(bomb, 'gzip', 1_000)).rejects.toMatchObject({ kind: 'malformed' })
})
