import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linesIn } from './json-lines.ts'

const lines = fc.array(
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => JSON.stringify({ text })),
  { maxLength: 30 },
)

test('read in parts of any size, a file’s lines are those that it has, each once and in order', () => {
  fc.assert(
    fc.property(lines, fc.boolean(), fc.integer({ min: 1, max: 40 }), (all, endsInLineFeed, extra) => {
      const file = Buffer.from(all.join('\n') + (endsInLineFeed && all.length > 0 ? '\n' : ''))
      // A part holds at least the longest line and its end.
      const size = Math.max(1, ...all.map((line) => Buffer.byteLength(line) + 1)) + extra - 1
      const read: string[] = []
      for (let at = 0; ; ) {
        const part = file.subarray(at, at + size)
        const isLast = at + part.length >= file.length
        const { lines: some, bytes } = linesIn(part, isLast)
        read.push(...some)
        if (isLast) break
        expect(bytes).toBeGreaterThan(0)
        at += bytes
      }
      expect(read).toEqual(all)
    }),
    fromEnvironment(),
  )
})

test('a line longer than a part is Malformed instead of read for ever', () => {
  expect(() => linesIn(Buffer.from('{"a":1'), false)).toThrow(expect.objectContaining({ kind: 'malformed' }))
})
