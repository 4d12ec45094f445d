import type { CallDetail, CallLogAnswer, CallPageAnswer } from '@plimsoll/client'
import {
  type CallPageQuery,
  type CallSubject,
  changeCallLog,
  findCall,
  findCalls,
  findCallsAbout,
  getCallLog,
  type SyncContext,
} from '@plimsoll/sync'
import { ApiProblem } from '../http/problem.ts'
import { parseCursor } from './activity.store.ts'

type Asked = Omit<CallPageQuery, 'connectionIds' | 'about' | 'before'> & { cursor?: string | undefined }

/** Calls of one connection, newest first. @throws SyncProblem where there is none */
export async function listCalls(
  context: SyncContext,
  connectionId: string,
  asked: Asked,
): Promise<CallPageAnswer> {
  await getCallLog(context, connectionId)
  return await pageOf(context, { connectionIds: [connectionId], about: undefined }, asked)
}

/** Calls about one thing. @throws ApiProblem where there is no such thing */
export async function listCallsAbout(
  context: SyncContext,
  subject: CallSubject,
  asked: Asked,
): Promise<CallPageAnswer> {
  const place = await findCallsAbout(context.database.kysely, context.organizationId, subject)
  if (place === undefined) throw new ApiProblem('not-found', `There is no ${subject.kind} ${subject.id}.`)
  return await pageOf(context, place, asked)
}

async function pageOf(
  { database, organizationId }: SyncContext,
  place: Pick<CallPageQuery, 'connectionIds' | 'about'>,
  { cursor, ...asked }: Asked,
): Promise<CallPageAnswer> {
  const [at, callId] = (cursor !== undefined && parseCursor(cursor)) || []
  const before = at === undefined || callId === undefined ? undefined : { at: new Date(at), callId }
  const { rows, next } = await findCalls(database.kysely, organizationId, { ...asked, ...place, before })
  return {
    rows: rows.map((row) => ({ ...row, at: row.at.toISOString() })),
    next: next === undefined ? null : `${next.at.toISOString()} ${next.callId}`,
  }
}

/** @throws ApiProblem where it is not there, or has gone by */
export async function showCall(
  { database, organizationId }: SyncContext,
  place: { connectionId: string; callId: string },
): Promise<CallDetail> {
  const found = await findCall(database.kysely, organizationId, place)
  if (found === undefined)
    throw new ApiProblem(
      'not-found',
      `There is no call ${place.callId} of this connection; older ones are gone.`,
    )
  const { detail, ...call } = found
  return { ...call, ...detail, at: call.at.toISOString() }
}

export async function showCallLog(context: SyncContext, connectionId: string): Promise<CallLogAnswer> {
  return toAnswer(await getCallLog(context, connectionId))
}

export async function setCallLog(
  context: SyncContext,
  connectionId: string,
  change: Parameters<typeof changeCallLog>[2],
  actor: string,
): Promise<CallLogAnswer> {
  return toAnswer(await changeCallLog(context, connectionId, change, actor))
}

function toAnswer({
  oldestAt,
  droppedAt,
  changedAt,
  ...log
}: Awaited<ReturnType<typeof getCallLog>>): CallLogAnswer {
  return {
    ...log,
    oldestAt: oldestAt?.toISOString() ?? null,
    droppedAt: droppedAt?.toISOString() ?? null,
    changedAt: changedAt?.toISOString() ?? null,
  }
}
