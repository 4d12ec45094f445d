import type { ConnectorError } from '@plimsoll/connector-kit'
import type { SyncContext, Tx } from '../context.ts'
import { nowOf } from '../context.ts'
import { closeTasks, openTask } from '../tasks.store.ts'
import type { ToldTask } from '../told-task.ts'
import type { ConnectionStatus } from './connection-state.ts'
import { noteWebhooksChecked } from './connections.store.ts'

/**
 * A connection that its platform has shut out: the app was removed there, a token was taken back, a right is missing. Its
 * lane stands still and all that waits stays queued; a task says what a person must do. Once access is back, webhooks
 * are registered anew (platforms drop them with the app) and the orders that were missed are read from where the last
 * complete read ended.
 */
const REASONS = ['unauthorized', 'forbidden'] as const

/** True while only new credentials, or a right that is granted on the platform, let it work on. */
export function isCutOff(pauseReasons: readonly string[]): boolean {
  return REASONS.some((reason) => pauseReasons.includes(reason))
}

/** Tells a person that a connection lost its access. */
export async function tellOfLostAccess(
  context: SyncContext,
  tx: Tx,
  connection: { connectionId: string; name: string },
  error: ConnectorError,
): Promise<void> {
  const { connectionId, name } = connection
  const detail = `${name} stands still: ${said(error)} Everything waits in its queue, and its mappings stay. Cure: ${cureOf(error)}`
  const told: ToldTask = {
    code: error.kind === 'forbidden' ? 'right-missing' : 'access-lost',
    facts: { connection: name, message: error.message },
  }
  await openTask(
    tx,
    context.organizationId,
    {
      kind: 'connection',
      subject: toSubject(connectionId),
      connectionId,
      sku: null,
      units: null,
      detail,
      told,
    },
    { at: nowOf(context), uuid: context.uuid },
  )
}

/**
 * What follows once a connection is not paused for want of access any more: the task is done, and its webhooks are
 * looked at by the next turn instead of within the hour.
 */
export async function settleRegainedAccess(
  context: SyncContext,
  tx: Tx,
  connectionId: string,
  { before, after }: { before: ConnectionStatus; after: ConnectionStatus },
): Promise<void> {
  if (!isCutOff(before.pauseReasons) || isCutOff(after.pauseReasons)) return
  const { organizationId } = context
  await closeTasks(tx, organizationId, 'connection', [toSubject(connectionId)], nowOf(context))
  await noteWebhooksChecked(tx, organizationId, connectionId, null)
}

function toSubject(connectionId: string): string {
  return `access:${connectionId}`
}

function said({ message }: ConnectorError): string {
  return /[.!?。]$/.test(message) ? message : `${message}.`
}

function cureOf({ kind }: ConnectorError): string {
  return kind === 'forbidden'
    ? 'grant the missing right on the platform, then resume it; where the app was removed, reconnect it.'
    : 'reconnect it (its page, or plimsoll connection authorize) with the same account.'
}
