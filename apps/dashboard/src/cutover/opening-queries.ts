import type { CutoverDetail, SyncJobView } from '@plimsoll/client'
import { queryOptions } from '@tanstack/react-query'
import { isUnderWay } from '../connect/import-standing.ts'
import { hub, queryClient } from '../hub.ts'

/** No stream tells of cut-overs: they are read whenever somebody comes, and after each step. */
export const cutoversQuery = queryOptions({
  queryKey: ['cutovers', 'list'],
  queryFn: ({ signal }) => hub.cutovers(signal),
  staleTime: 0,
})
export const cutoverQuery = (cutoverId: string) =>
  queryOptions({
    queryKey: ['cutovers', 'one', cutoverId],
    queryFn: ({ signal }) => hub.cutover(cutoverId, signal),
    staleTime: 0,
    gcTime: 30_000,
  })

const ASK_AGAIN_MS = 2_000

/** How far what comes before a proposal is: orders that wait to be applied, or numbers that were read. */
export type Reading =
  | { kind: 'orders'; waiting: number }
  | { kind: 'numbers'; done: number; total: number | null }
  | { kind: 'done' }

/**
 * Has the open orders read, asked again until none waits; then every number of the shop, since an order from before the hub came
 * is known only now, and the platform had subtracted it already; then the opening stock worked out where its source can tell it.
 * Only for who may: it is no mere read, and done again it does no harm.
 */
export const readingQuery = (cutoverId: string) =>
  queryOptions({
    queryKey: ['cutovers', 'reading', cutoverId],
    queryFn: () => goOn(cutoverId),
    gcTime: 0,
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.status === 'error' || state.data?.kind === 'done' ? false : ASK_AGAIN_MS,
  })

async function goOn(cutoverId: string): Promise<Reading> {
  let { state, changedAt, sourceConnectionId } = await hub.cutover(cutoverId)
  if (state === 'begun') {
    const read = await hub.importCutoverOrders(cutoverId)
    if (read.waiting > 0) return { kind: 'orders', waiting: read.waiting }
    ;({ state, changedAt, sourceConnectionId } = read)
  }
  if (state === 'orders-imported' && sourceConnectionId !== null) {
    const standing = await readNumbers(sourceConnectionId, changedAt)
    if (standing !== undefined) return standing
    keepDetail(await hub.proposeCutover(cutoverId))
  }
  void readAgain()
  return { kind: 'done' }
}

const failuresTold = new Set<string>()

/**
 * Has the numbers of a connection read by an audit that is asked for no sooner than `since`.
 * @returns how far it is; undefined: all are read
 * @throws Error with what the audit failed by, once; asked again it is begun anew
 */
async function readNumbers(connectionId: string, since: string): Promise<Reading | undefined> {
  const [job] = (await hub.connectionJobs(connectionId, { kind: 'audit', limit: 1 })).rows
  if (job !== undefined && isUnderWay(job)) return { kind: 'numbers', done: job.done, total: job.total }
  if (job !== undefined && Date.parse(job.createdAt) >= Date.parse(since)) {
    if (job.state === 'done') return undefined
    if (!failuresTold.has(job.jobId)) {
      failuresTold.add(job.jobId)
      throw new AuditFailed(job)
    }
  }
  await hub.audit(connectionId)
  return { kind: 'numbers', done: 0, total: null }
}

/** The numbers could not be read; the job says why. */
export class AuditFailed extends Error {
  readonly job: SyncJobView
  constructor(job: SyncJobView) {
    super(job.problem ?? job.state)
    this.job = job
  }
}

export function keepDetail(detail: CutoverDetail): void {
  queryClient.setQueryData(cutoverQuery(detail.cutoverId).queryKey, detail)
}

/** What a step changes: where the cut-over stands, and with the last one the stock and what would be shown. */
export async function readAgain(): Promise<void> {
  await queryClient.invalidateQueries({
    predicate: ({ queryKey: [topic, kind] }) =>
      (topic === 'cutovers' && kind !== 'reading') ||
      ['items', 'overview', 'shadow', 'connections'].includes(String(topic)),
  })
}
