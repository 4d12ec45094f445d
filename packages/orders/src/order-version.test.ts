import { expect, test } from 'vitest'
import { decideVersion, type KnownVersion, type VersionVerdict } from './order-version.ts'

const MAPPED = false
const UNMAPPED = true
const READ = true
const TOLD = false

// known version, content and whether lines are unmapped; arriving version and content; read directly or told.
const rows: [[number | undefined, string, boolean], [number | undefined, string], boolean, VersionVerdict][] =
  [
    [[5, 'a', MAPPED], [6, 'b'], TOLD, 'apply'],
    [[5, 'a', MAPPED], [6, 'a'], TOLD, 'apply'],
    [[5, 'a', MAPPED], [4, 'b'], TOLD, 'older'],
    [[5, 'a', MAPPED], [4, 'b'], READ, 'older'],
    [[5, 'a', UNMAPPED], [4, 'b'], READ, 'older'],
    [[5, 'a', MAPPED], [5, 'a'], TOLD, 'repeated'],
    [[5, 'a', MAPPED], [5, 'a'], READ, 'repeated'],
    [[5, 'a', UNMAPPED], [5, 'a'], TOLD, 'apply'],
    [[5, 'a', UNMAPPED], [5, 'a'], READ, 'apply'],
    [[5, 'a', MAPPED], [5, 'b'], TOLD, 'fetch-again'],
    [[5, 'a', UNMAPPED], [5, 'b'], TOLD, 'fetch-again'],
    [[5, 'a', MAPPED], [5, 'b'], READ, 'apply'],
    [[0, 'a', MAPPED], [0, 'a'], TOLD, 'repeated'], // a version of 0 is one
    [[5, 'a', MAPPED], [undefined, 'b'], TOLD, 'fetch-again'],
    [[5, 'a', MAPPED], [undefined, 'b'], READ, 'apply'],
    [[5, 'a', MAPPED], [undefined, 'a'], TOLD, 'repeated'],
    [[5, 'a', MAPPED], [undefined, 'a'], READ, 'repeated'],
    [[5, 'a', UNMAPPED], [undefined, 'a'], TOLD, 'fetch-again'],
    [[5, 'a', UNMAPPED], [undefined, 'a'], READ, 'apply'],
    [[undefined, 'a', MAPPED], [5, 'b'], TOLD, 'fetch-again'],
    [[undefined, 'a', MAPPED], [5, 'b'], READ, 'apply'],
    [[undefined, 'a', MAPPED], [undefined, 'a'], TOLD, 'repeated'],
    [[undefined, 'a', MAPPED], [undefined, 'b'], TOLD, 'fetch-again'],
    [[undefined, 'a', MAPPED], [undefined, 'b'], READ, 'apply'],
  ]
test.each(rows)('known %o, arriving %o, read directly %s: %s', (known, arriving, authoritative, verdict) => {
  const [version, contentHash, hasUnmappedLines] = known
  const knownVersion: KnownVersion = { version, contentHash, hasUnmappedLines }
  const incoming = { version: arriving[0], contentHash: arriving[1] }
  expect(decideVersion(knownVersion, incoming, authoritative)).toBe(verdict)
})

test.each([
  [undefined, TOLD],
  [undefined, READ],
  [1, TOLD],
])('the first state of an order is applied (version %s)', (version, authoritative) => {
  expect(decideVersion(undefined, { version, contentHash: 'a' }, authoritative)).toBe('apply')
})
