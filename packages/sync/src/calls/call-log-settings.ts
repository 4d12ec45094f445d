import { inTransaction } from '@plimsoll/database'
import { connectionExists } from '../connections/connections.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { type CallLogSetting, findCallLogSetting, saveCallLogSetting } from './call-log.store.ts'
import { countCalls } from './calls.store.ts'

export type CallLogStanding = CallLogSetting & {
  kept: number
  oldestAt: Date | null
  /** Names of the operations of what is kept. */
  operations: string[]
}

/** What is kept of a connection's calls. @throws SyncProblem where there is no such connection */
export async function getCallLog(context: SyncContext, connectionId: string): Promise<CallLogStanding> {
  const { organizationId, database } = context
  await assertConnection(context, connectionId)
  const [setting, counted] = await Promise.all([
    findCallLogSetting(database.kysely, { organizationId, connectionId }),
    countCalls(database.kysely, organizationId, connectionId),
  ])
  return { ...setting, ...counted }
}

/** Changes what is said, and leaves the rest. What is beyond a smaller ring goes within a minute of the next call. */
export async function changeCallLog(
  context: SyncContext,
  connectionId: string,
  change: { [Field in 'mode' | 'callsMax' | 'hoursMax']?: CallLogSetting[Field] | undefined },
  actor: string,
): Promise<CallLogStanding> {
  const { organizationId, database } = context
  const place = { organizationId, connectionId }
  await assertConnection(context, connectionId)
  await inTransaction(database, async (tx) => {
    const before = await findCallLogSetting(tx, place)
    const setting = {
      mode: change.mode ?? before.mode,
      callsMax: change.callsMax ?? before.callsMax,
      hoursMax: change.hoursMax ?? before.hoursMax,
    }
    await saveCallLogSetting(tx, place, setting, { actor, at: nowOf(context) })
  })
  context.calls?.forget(place)
  return await getCallLog(context, connectionId)
}

async function assertConnection(context: SyncContext, connectionId: string): Promise<void> {
  if (!(await connectionExists(context, connectionId)))
    throw syncProblem('unknown-connection', 'id', `There is no connection ${connectionId}.`)
}
