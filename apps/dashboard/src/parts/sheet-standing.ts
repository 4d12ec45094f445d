import type { ImportJobView } from '@plimsoll/client'

/** Where a file that is checked before it is applied stands, and what a person can do with it. */
type SheetStanding =
  | { kind: 'working'; passed: number; total: number }
  | { kind: 'unreadable'; failure: NonNullable<ImportJobView['failure']> }
  /** @param mode how it can be applied; undefined: there is nothing to apply */
  | { kind: 'looked-at'; changed: number; mode: 'all-or-nothing' | 'good-rows' | undefined }
  | { kind: 'applied'; applied: number; unchanged: number; skipped: number }

export function sheetStandingOf(job: ImportJobView): SheetStanding {
  const { state, isWorkedOn, rowsPassed: passed, rowsTotal: total } = job
  if (state === 'unreadable' && job.failure !== null) return { kind: 'unreadable', failure: job.failure }
  if (state === 'done')
    return { kind: 'applied', applied: job.applied, unchanged: job.unchanged, skipped: job.skipped }
  if (state !== 'checked' || isWorkedOn) return { kind: 'working', passed, total }
  const changed = (job.preview?.effect.created ?? 0) + (job.preview?.effect.changed ?? 0)
  // A file may bring stock to items that are as it says. Of what was not looked at to its end nobody knows what it would do.
  const isNothing = (changed === 0 && (job.preview?.effect.units ?? 0) === 0) || job.isCut
  return {
    kind: 'looked-at',
    changed,
    mode: isNothing ? undefined : job.rowsBad === 0 ? 'all-or-nothing' : 'good-rows',
  }
}
