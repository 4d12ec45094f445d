import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LevelWrite, WriteOutcome } from './canonical.ts'
import {
  Conflict,
  Forbidden,
  Invalid,
  Malformed,
  NotFound,
  RateLimited,
  Unauthorized,
  Unavailable,
} from './errors.ts'
import { fromEnvironment } from './property-runs.ts'
import { writeGroups } from './write-groups.ts'

const write = (id: number): LevelWrite => ({
  writeId: `w${id}`,
  stockUnitId: String(id),
  locationId: 'default',
  quantity: id,
  expected: undefined,
})
const applied = ({ writeId, quantity }: LevelWrite): WriteOutcome => ({ writeId, kind: 'applied', quantity })

/** What one call comes to, and whether the platform has carried it out: what nobody is told must not be guessed. */
const ends = {
  applied: { isDone: true },
  throttled: { isDone: false, error: new RateLimited('slow down') },
  unauthorized: { isDone: false, error: new Unauthorized('no') },
  forbidden: { isDone: false, error: new Forbidden('no', 'stock') },
  neverSent: { isDone: false, error: new Unavailable('no', false) },
  unsendable: { isDone: false, error: new Malformed('no', '', false) },
  invalid: { isDone: false, error: new Invalid('no', 'quantity') },
  gone: { isDone: false, error: new NotFound('no') },
  lost: { isDone: false, error: new Conflict('no') },
  cutAfter: { isDone: true, error: new Unavailable('cut', true) },
  cutBefore: { isDone: false, error: new Unavailable('cut', true) },
  unreadable: { isDone: true, error: new Malformed('html', '<html>', true) },
} as const
type End = keyof typeof ends

test('I5: what is said of a write is what the platform did, or nothing at all', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          size: fc.integer({ min: 1, max: 3 }),
          end: fc.constantFrom(...(Object.keys(ends) as End[])),
        }),
        { minLength: 1, maxLength: 5 },
      ),
      fc.boolean(),
      async (calls, inTurn) => {
        let next = 0
        const groups = calls.map(({ size }) => Array.from({ length: size }, () => write(next++)))
        const done = new Set<string>()
        const begun = new Set<string>()
        const told = await writeGroups(
          groups,
          async (group) => {
            const end: { isDone: boolean; error?: Error } =
              ends[calls[groups.indexOf(group as LevelWrite[])]?.end ?? 'applied']
            for (const { writeId } of group) {
              begun.add(writeId)
              if (end.isDone) done.add(writeId)
            }
            if (end.error !== undefined) throw end.error
            return group.map(applied)
          },
          { inTurn },
        ).catch((error: unknown) => error)

        if (!Array.isArray(told)) {
          // The call as a whole is unknown, or surely nothing was carried out.
          const isUnknown = told instanceof Error && 'sent' in told && told.sent === true
          if (!isUnknown) expect([...done]).toEqual([])
          return
        }
        const outcomes = told as WriteOutcome[]
        expect(outcomes.map(({ writeId }) => writeId)).toEqual(groups.flat().map(({ writeId }) => writeId))
        for (const { writeId, kind } of outcomes)
          expect({ writeId, isDone: done.has(writeId) }).toEqual({ writeId, isDone: kind === 'applied' })
        // A refusal is about one row alone.
        for (const { writeId, kind } of outcomes) {
          const group = groups.find((each) => each.some((one) => one.writeId === writeId))
          if (kind === 'refused') expect(group).toHaveLength(1)
        }
      },
    ),
    fromEnvironment({ numRuns: 400 }),
  )
})

test('in turn, nothing is begun after a failure; at once, everything is', async () => {
  const groups = [[write(1)], [write(2)], [write(3)]]
  for (const inTurn of [true, false]) {
    const begun: string[] = []
    const outcomes = await writeGroups(
      groups,
      async ([one]) => {
        begun.push(one?.writeId ?? '')
        if (one?.writeId === 'w2') throw new RateLimited('slow down')
        return one === undefined ? [] : [applied(one)]
      },
      { inTurn },
    )
    expect(begun).toEqual(inTurn ? ['w1', 'w2'] : ['w1', 'w2', 'w3'])
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'applied',
      'untouched',
      inTurn ? 'untouched' : 'applied',
    ])
  }
})

test('a defect is a defect', async () => {
  await expect(writeGroups([[write(1)]], () => Promise.reject(new TypeError('bug')))).rejects.toThrow(
    TypeError,
  )
  expect(await writeGroups([], () => Promise.reject(new TypeError('bug')))).toEqual([])
})
