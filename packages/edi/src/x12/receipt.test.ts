import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { partnerProfile } from '../profile.ts'
import { decode, readInterchange } from '../read.ts'
import { x12Agreement } from '../testing/agreements.ts'

const x12 = partnerProfile.parse(x12Agreement)

test.each([
  ['C', 'customer return'],
  ['A', 'stock adjustment'],
  ['S', 'shortage'],
  ['O', 'overage'],
  ['X', 'exceptions only'],
])('944: %s is no receipt of a delivery, and is refused with what it is (%s)', (code, meaning) => {
  const bytes = readFileSync(path.join(import.meta.dirname, '..', 'golden', '944.edi'))
  const text = decode(bytes, x12).replace('W17*F*', `W17*${code}*`)
  const { sets, refused } = readInterchange(text, x12)
  expect(sets).toEqual([])
  expect(refused.map(({ problem }) => problem.message)).toEqual([expect.stringContaining(meaning)])
  const agreed = partnerProfile.parse({ ...x12Agreement, receipts: { reporting: ['F', code] } })
  expect(readInterchange(text, agreed).refused).toEqual([])
})
