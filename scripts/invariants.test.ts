/** Holds docs/invariants.md and the tests named by invariant equal, both ways. */
import { expect, test } from 'vitest'
import { read, trackedFiles } from './tracked-files.ts'

const INVARIANTS = Array.from({ length: 12 }, (_, nth) => `I${nth + 1}`)

/** Each invariant's part of the document. */
const parts = new Map(
  read('docs/invariants.md')
    .split(/^## /m)
    .slice(1)
    .map((part) => [/^I\d+/.exec(part)?.[0] ?? part, part]),
)

test('the document has a part for each invariant, in order', () => {
  expect([...parts.keys()]).toEqual(INVARIANTS)
})

test.each(INVARIANTS)('%s names all of its tests, or says what is missing', (invariant) => {
  const part = parts.get(invariant) ?? ''
  const listed = [...part.matchAll(/`([^`\s]+\.test\.tsx?)`/g)].map(([, file]) => file)
  expect([...new Set(listed)].sort()).toEqual(testsNamed(invariant))
  const says = listed.length > 0 || /^Gaps?: ./m.test(part)
  expect(says, `${invariant} has neither a test nor a line "Gap: …"`).toBe(true)
})

function testsNamed(invariant: string): string[] {
  const named = new RegExp(`\\b(?:test|it)\\b[^\\n]*\\(\\s*['"\`](?:I\\d+, )*${invariant}\\b`)
  return trackedFiles.filter((file) => /\.test\.tsx?$/.test(file) && named.test(read(file)))
}
