import type { z } from 'zod'
import type { CallDetail, CallLogAnswer, CallPageAnswer } from './call-shapes.ts'
import { cutoverCalls } from './cutover-calls.ts'
import type { ConnectionIntake, DriftPage, DriftsResolved, SyncJobView, staleRules } from './intake-shapes.ts'
import type { Send } from './place-calls.ts'
import type { PauseList, ShadowReport } from './safety-shapes.ts'

/** Calls about how connections stand: what was said to their platforms, what comes in, what would be written, what is stopped. */

export type CallFilter = {
  cursor?: string
  limit?: number
  failed?: 'true'
  operation?: string
  direction?: 'in' | 'out'
}
/** One of the three. */
export type CallSubjectQuery = { write?: string; order?: string; event?: string }
export type StaleRules = z.infer<typeof staleRules>
export type StaleRuleBody = {
  connection?: string
  kind: 'notice' | 'buffer' | 'percent' | 'zero' | null
  afterMinutes?: number
  amount?: number
}
type Signal = AbortSignal | undefined

export function watchCalls(
  call: Send,
  toQuery: (query: Record<string, string | number | undefined>) => string,
) {
  const id = encodeURIComponent
  const get = <T>(path: string, signal: Signal) => call<T>('GET', path, undefined, signal)
  const of = (connectionId: string) => `/connections/${id(connectionId)}`
  return {
    ...cutoverCalls(call),
    /** Begins to import its listings, or finds the import that goes on. */
    startImport: (connectionId: string) => call<SyncJobView>('POST', `${of(connectionId)}/imports`),
    connectionJobs: (
      connectionId: string,
      query: { kind?: SyncJobView['kind']; limit?: number } = {},
      signal?: Signal,
    ) => get<{ rows: SyncJobView[] }>(`${of(connectionId)}/jobs${toQuery(query)}`, signal),
    /** Has all of its numbers read and compared; one that goes on already is not begun again. */
    audit: (connectionId: string) => call<unknown>('POST', '/audits', { connections: [connectionId] }),
    cancelJob: (jobId: string) => call<SyncJobView>('POST', `/jobs/${id(jobId)}/cancel`),
    connectionCalls: (connectionId: string, filter: CallFilter = {}, signal?: Signal) =>
      get<CallPageAnswer>(`${of(connectionId)}/calls${toQuery(filter)}`, signal),
    callsAbout: (subject: CallSubjectQuery, filter: CallFilter = {}, signal?: Signal) =>
      get<CallPageAnswer>(`/calls${toQuery({ ...subject, ...filter })}`, signal),
    connectionCall: (connectionId: string, callId: string, signal?: Signal) =>
      get<CallDetail>(`${of(connectionId)}/calls/${id(callId)}`, signal),
    callLog: (connectionId: string, signal?: Signal) =>
      get<CallLogAnswer>(`${of(connectionId)}/call-log`, signal),
    setCallLog: (
      connectionId: string,
      change: Partial<Pick<CallLogAnswer, 'mode' | 'callsMax' | 'hoursMax'>>,
    ) => call<CallLogAnswer>('PUT', `${of(connectionId)}/call-log`, change),
    intake: (connectionId: string, signal?: Signal) =>
      get<ConnectionIntake>(`${of(connectionId)}/intake`, signal),
    staleRules: (signal?: Signal) => get<StaleRules>('/stale-rules', signal),
    setStaleRule: (rule: StaleRuleBody) => call<unknown>('PUT', '/stale-rules', rule),
    /** What a connection would write, all of it. */
    shadow: (connectionId: string, signal?: Signal) =>
      get<ShadowReport>(`${of(connectionId)}/shadow`, signal),
    /** What waits for a person: numbers on the platform that nothing explains. */
    drifts: (
      query: { connection?: string; sku?: string; cursor?: string; limit?: number },
      signal?: Signal,
    ) => get<DriftPage>(`/drifts${toQuery({ asked: 'true', ...query })}`, signal),
    resolveDrift: (driftId: string, winner: 'hub' | 'platform') =>
      call<unknown>('POST', `/drifts/${id(driftId)}/resolve`, { with: winner }),
    /** All of a connection that were found by then. */
    resolveDrifts: (connection: string, winner: 'hub' | 'platform', until: string) =>
      call<DriftsResolved>('POST', '/drifts/resolve', { connection, with: winner, until }),
    pauses: (signal?: Signal) => get<PauseList>('/pauses', signal),
    /** Stops every connection of the organization. */
    halt: (reason: string) => call<PauseList>('POST', '/pauses', { reason }),
    liftHalt: () => call<PauseList>('POST', '/pauses/lift', {}),
  }
}
