import type { SyncJobView } from '@plimsoll/client'

const stages = ['locations', 'listings', 'vanished', 'mapping', 'levels', 'finish'] as const
type ImportStage = (typeof stages)[number]

type Counts = { listings: number; mapped: number; levels: number; untracked: number }
type ImportStanding =
  | { kind: 'waiting' }
  | (Counts & {
      kind: 'running'
      stage: ImportStage
      /** Listings in all; undefined: the platform does not say. */
      total: number | undefined
      /** Listings in the file that the platform is still making; undefined: it makes none now. */
      prepared: number | undefined
      /** Of the whole; undefined where nobody can know. */
      percent: number | undefined
    })
  | (Counts & { kind: 'done' })
  | (Counts & { kind: 'cancelled' })
  | { kind: 'failed'; problem: string; told: SyncJobView['problemTold'] }

export function isUnderWay(job: SyncJobView | null | undefined): boolean {
  return job?.state === 'waiting' || job?.state === 'running'
}

/** Reading the listings and reading their numbers take about as long; the rest is little. */
const LISTINGS_SHARE = 50
const LEVELS_SHARE = 45

/** How far an import is, of what its job says. */
export function importStandingOf(job: SyncJobView): ImportStanding {
  const at = (name: string) => {
    const found = job.result[name]
    return typeof found === 'number' ? found : 0
  }
  const counts = {
    listings: at('listings'),
    mapped: at('mappedBySku'),
    levels: at('levels'),
    untracked: at('untracked'),
  }
  switch (job.state) {
    case 'waiting':
      return { kind: 'waiting' }
    case 'failed':
      return { kind: 'failed', problem: job.problem ?? '', told: job.problemTold }
    case 'done':
    case 'cancelled':
      return { kind: job.state, ...counts }
    case 'running': {
      const stage = stages.find((each) => each === job.result.stage) ?? 'locations'
      const total = job.total ?? undefined
      const prepared = typeof job.result.prepared === 'number' ? job.result.prepared : undefined
      return { kind: 'running', ...counts, stage, total, prepared, percent: percentOf(stage, counts, total) }
    }
    default: {
      const never: never = job.state
      return never
    }
  }
}

function percentOf(stage: ImportStage, counts: Counts, total: number | undefined): number | undefined {
  const part = (done: number, of: number) => (of === 0 ? 1 : Math.min(1, done / of))
  switch (stage) {
    case 'locations':
      return 0
    case 'listings':
      return total === undefined ? undefined : Math.round(LISTINGS_SHARE * part(counts.listings, total))
    case 'vanished':
    case 'mapping':
      return LISTINGS_SHARE
    case 'levels':
      // Of as many levels as there are listings: at several places there are more.
      return LISTINGS_SHARE + Math.round(LEVELS_SHARE * part(counts.levels, counts.listings))
    case 'finish':
      return LISTINGS_SHARE + LEVELS_SHARE
    default: {
      const never: never = stage
      return never
    }
  }
}
