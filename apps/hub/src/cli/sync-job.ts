import type { SyncJobView } from '@plimsoll/client'
import type { SyncContext } from '@plimsoll/sync'
import { InvalidArgumentError } from 'commander'
import { waitForJob } from '../views/intake.ts'
import { EXIT, type Output } from './output.ts'

/** A job that nobody has begun after so long is left to whoever works the connection next. */
const BEGIN_MS = 5_000
const SAY_MS = 1_000
const DAY_MS = 24 * 3_600_000

/**
 * Waits for a job with its progress; one that no process works is left waiting, and that is said.
 * @returns the job as it is then, and the exit code that tells of it
 */
export async function followJob(
  context: SyncContext,
  output: Output,
  jobId: string,
): Promise<{ job: SyncJobView; code: number }> {
  const { jobs, code } = await followJobs(context, output, [{ jobId, name: undefined }])
  const [job] = jobs
  if (job === undefined) throw new Error('a job that is followed is known')
  return { job, code }
}

/** The same for several that go on beside each other. @returns each as it is then, in the order in which they were given */
export async function followJobs(
  context: SyncContext,
  output: Output,
  followed: readonly { jobId: string; name: string | undefined }[],
): Promise<{ jobs: SyncJobView[]; code: number }> {
  const jobs = await Promise.all(followed.map((each) => follow(context, output, each)))
  return { jobs, code: jobs.every(({ state }) => state === 'done') ? EXIT.ok : EXIT.notGood }
}

async function follow(
  context: SyncContext,
  output: Output,
  { jobId, name }: { jobId: string; name: string | undefined },
): Promise<SyncJobView> {
  const begun = await waitForJob(context, jobId, BEGIN_MS)
  if (begun.state === 'waiting') return begun
  let saidAt = 0
  return await waitForJob(context, jobId, DAY_MS, (now) => {
    if (now.finishedAt !== null || context.clock.monotonic() - saidAt < SAY_MS) return
    saidAt = context.clock.monotonic()
    const whose = name === undefined ? '' : `${name}: `
    output.say(`  ${whose}${now.done}${now.total === null ? '' : ` of ${now.total}`}`)
  })
}

export function sayState({ state, jobId, problem }: SyncJobView): string {
  switch (state) {
    case 'waiting':
      return `It waits: no process works the connection now. It is done as soon as plimsoll serve does. Job ${jobId}.`
    case 'running':
      return `It goes on. Job ${jobId}.`
    case 'done':
      return 'Done.'
    case 'failed':
      return `It failed: ${problem ?? 'no reason is known'} What was done stays; ask for it again.`
    case 'cancelled':
      return 'It was cancelled; what was done stays.'
    default: {
      const never: never = state
      return never
    }
  }
}

/** ISO 8601, or a day, which begins in UTC. */
export function toMoment(text: string): Date {
  const moment = new Date(text)
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(moment.getTime()))
    throw new InvalidArgumentError('Write it as 2026-05-01 or 2026-05-01T12:00:00Z.')
  return moment
}
