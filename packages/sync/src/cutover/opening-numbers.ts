import type { SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { findJob, type SyncJob } from '../worker/sync-jobs.store.ts'
import { listSyncJobs, requestAudit } from '../worker/sync-jobs.ts'
import type { Cutover } from './cutover.store.ts'

/** How many of the source's numbers are read; null: how many there are is not known yet. */
export type NumbersRead = { read: number; total: number | null }

export type Numbers =
  /** Being read; `jobId` once an audit of this cut-over does it. */
  { kind: 'reading'; jobId: string | null; progress: NumbersRead } | { kind: 'read' }

/**
 * Has every number of the source read by an audit that begins after its open orders were applied. An order from before the hub
 * came is known only now, and the platform had subtracted it before its number was first read: taken from that number it would
 * come off twice.
 * @param forget keeps no audit for this cut-over any more
 * @throws SyncProblem `numbers-unread` with why, where the audit failed; asked again, another one begins
 */
export async function readNumbers(
  context: SyncContext,
  { sourceConnectionId, numbersJobId }: Pick<Cutover, 'sourceConnectionId' | 'numbersJobId'>,
  forget: () => Promise<unknown>,
): Promise<Numbers> {
  // What a file or a person counted needs no reading.
  if (sourceConnectionId === null) return { kind: 'read' }
  const [newest] = await listSyncJobs(context, sourceConnectionId, { kind: 'audit', limit: 1 })
  const ours =
    numbersJobId === null
      ? undefined
      : await findJob(context.database.kysely, context.organizationId, numbersJobId)
  if (ours?.state === 'done') return { kind: 'read' }
  if (ours !== undefined && isUnderWay(ours)) return reading(ours)
  if (ours !== undefined) {
    await forget()
    throw syncProblem(
      'numbers-unread',
      'source',
      `The numbers of the source could not be read: ${ours.problem ?? ours.state}. Ask again and they are read anew.`,
    )
  }
  // One that began before may have read some numbers too early: ours comes after it.
  if (newest !== undefined && isUnderWay(newest)) return { ...reading(newest), jobId: null }
  return reading(await requestAudit(context, sourceConnectionId))
}

function reading({ jobId, done, total }: SyncJob): Numbers & { kind: 'reading' } {
  return { kind: 'reading', jobId, progress: { read: done, total } }
}

const isUnderWay = ({ finishedAt }: SyncJob) => finishedAt === null
