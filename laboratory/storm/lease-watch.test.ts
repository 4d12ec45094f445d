import { beforeEach, expect, test } from 'vitest'
import { LeaseWatch } from './lease-watch.ts'

let watch: LeaseWatch
const rows = (pid: number, isValid = true) => [{ connectionId: 'shop', pid, isValid }]
beforeEach(() => {
  watch = new LeaseWatch()
  watch.look(rows(1), true, 0)
  watch.taken('hub 1', 1, 0)
})

test('work that moves is timed from the moment that its process was taken', () => {
  watch.look(rows(1, false), true, 5_000)
  watch.look(rows(2), true, 6_200)
  expect(watch.moves).toEqual({ watched: 1, disturbed: 0, slowestMs: 6_200, late: [], unworkedMsMax: 5_000 })
})

test('work that is nobody’s after ten seconds is late', () => {
  watch.look(rows(1, false), true, 10_001)
  expect(watch.moves.late).toEqual(['1 connections of hub 1 are nobody’s after 10001 ms'])
})

test('what another trouble cuts short, or who comes back in time, is not judged', () => {
  watch.look(undefined, true, 3_000)
  watch.look(rows(1, false), true, 12_000)
  expect(watch.moves).toMatchObject({ watched: 0, disturbed: 1, slowestMs: 0, late: [] })
  watch.look(rows(1), true, 13_000)
  watch.taken('hub 1', 1, 13_000)
  watch.returned(1)
  watch.look(rows(1), true, 30_000)
  expect(watch.moves).toMatchObject({ watched: 0, disturbed: 2, late: [] })
})
