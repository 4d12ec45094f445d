import { actionFor, type ConnectorError, type Forbidden } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf, type SyncContext } from '../context.ts'
import { notify } from '../notify.ts'
import type { ToldProblem } from '../told-problem.ts'
import { decideConnectionStep } from './connection-state.ts'
import { type Connection, lockStatus, saveProblem, saveStatus } from './connections.store.ts'
import { tellOfLostAccess } from './lost-access.ts'

/** What a person reads on the connection: the platform's words and the cure. */
export function describeProblem(error: ConnectorError): {
  code: string
  message: string
  told: ToldProblem
} {
  return { code: error.kind, message: `${sentence(error.message)} ${cureOf(error)}`, told: toldOf(error) }
}

/** As a code and its facts. */
export function toldOf(error: ConnectorError & Partial<Pick<Forbidden, 'scope'>>): ToldProblem {
  const { kind, message } = error
  return kind === 'forbidden'
    ? { code: kind, facts: { message, scope: error.scope ?? '' } }
    : { code: kind, facts: { message } }
}

function cureOf(error: ConnectorError): string {
  switch (error.kind) {
    case 'unauthorized':
      return 'Cure: reconnect it with working credentials; everything waits in the queue until then.'
    case 'forbidden':
      return 'Cure: grant the missing right on the platform, then resume.'
    case 'rate-limited':
      return 'The hub waits as long as the platform asks; nothing is lost.'
    case 'unavailable':
      return 'The hub tries again by itself; nothing is lost.'
    case 'malformed':
      return 'The hub tries again; if it stays so, look at the address in a browser: a firewall, a maintenance page or a plugin may answer in its place.'
    case 'invalid':
      return 'Correct the value named, or report it with the request id.'
    case 'not-found':
      return 'Import the listings again to see what is gone.'
    case 'conflict':
      return 'The hub reads the orders again and works it out anew.'
    default: {
      const never: never = error.kind
      return never
    }
  }
}

function sentence(text: string): string {
  return /[.!?。]$/.test(text) ? text : `${text}.`
}

/**
 * Notes the problem; stops the lane where only a person can help, with a reason of its own in the set.
 * That the platform asks to be called later is no problem: it is waited for, and the budget shows until when.
 * @param connection as it was when the call was made
 */
export async function noteConnectorError(
  context: SyncContext,
  connection: Pick<Connection, 'connectionId' | 'secretId' | 'name'>,
  error: ConnectorError,
): Promise<void> {
  if (error.kind === 'rate-limited') return
  await noteStandingProblem(context, connection, error)
  if (actionFor(error.kind) === 'stop-lane') await pauseConnection(context, connection, error)
}

/** Shows the problem on the connection, and stops nothing. */
export async function noteStandingProblem(
  context: SyncContext,
  { connectionId }: Pick<Connection, 'connectionId'>,
  error: ConnectorError,
): Promise<void> {
  const { database, organizationId } = context
  await saveProblem(database.kysely, organizationId, connectionId, describeProblem(error), nowOf(context))
}

export async function clearProblem(context: SyncContext, connectionId: string): Promise<void> {
  await saveProblem(context.database.kysely, context.organizationId, connectionId, undefined, nowOf(context))
}

async function pauseConnection(
  context: SyncContext,
  connection: Pick<Connection, 'connectionId' | 'secretId' | 'name'>,
  error: ConnectorError,
): Promise<void> {
  const { connectionId, secretId } = connection
  await inTransaction(context.database, async (tx) => {
    const status = await lockStatus(tx, context.organizationId, connectionId)
    // Refused were credentials that somebody has replaced meanwhile.
    if (status === undefined || status.secretId !== secretId) return
    const step = decideConnectionStep(status, { kind: 'pause', reason: error.kind })
    if (step.kind !== 'moved') return
    await saveStatus(tx, context.organizationId, connectionId, step.status)
    await tellOfLostAccess(context, tx, connection, error)
    await notify(
      tx,
      context.organizationId,
      { kind: 'connection', connectionIds: [connectionId] },
      { kind: 'screen', topics: ['connections', 'overview', 'tasks'], itemIds: [] },
    )
  })
}
