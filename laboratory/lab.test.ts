import { beforeAll, expect, inject, test } from 'vitest'
import '../packages/database/src/testing/global-setup.ts'
import { runPlan } from './lab.ts'
import { makePlan } from './plan/make-plan.ts'
import { firstDifference } from './running/first-difference.ts'
import { storyOf } from './running/story.ts'
import { type LabServer, useLabServer } from './world/server.ts'

// A few seeds of the laboratory, so that `npm test` meets it; `npm run lab` runs as many as asked for.

const MS_MAX = 300_000
let server: Pick<LabServer, 'clone'>

beforeAll(async () => {
  server = await useLabServer(inject('plimsollTestServer'))
})

/** Run twice with what it did written down; what holds in it is looked at in the first of the two, which is as any other. */
const TWICE = 13
const runMarked = () => runPlan(makePlan(TWICE), server, { marks: true })
let first: ReturnType<typeof runMarked> | undefined
const firstMarked = () => {
  first ??= runMarked()
  return first
}

test.each([1, 2, TWICE])(
  'I1, I2, I3, I4, I5, I6, I7, I11, I12: hold in the laboratory, whatever goes wrong (seed %i)',
  async (seed) => {
    const result = await (seed === TWICE ? firstMarked() : runPlan(makePlan(seed), server))
    expect(result.violation, storyOf(result, { details: false })).toBeUndefined()
  },
  MS_MAX,
)

test(
  'a seed goes the same way each time, to the last statement',
  async () => {
    const [one, other] = [await firstMarked(), await runMarked()]
    if (one.digest !== other.digest) expect.fail(firstDifference(one.marks, other.marks))
    expect(one.steps).toBeGreaterThan(100)
  },
  MS_MAX,
)
