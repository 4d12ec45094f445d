import { type ExternalOrder, isConnectorError } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf, type Tx } from '../context.ts'
import type { ErrandHandler } from '../fulfilment/errand-runner.ts'
import { tellScreens } from '../fulfilment/order-holds.ts'
import { openTask } from '../tasks.store.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { findOpenCancellations, noteUndone, type OpenCancellation } from './cancellation.store.ts'
import { type Cancelling, decideCancelling, isOverdue } from './cancellation.ts'
import { type Settling, settleCancellation } from './settle-cancellation.ts'

/** How soon it is looked whether its warehouse has answered. */
const STOPPED_AGAIN_MS = 2_000

/**
 * Tells a channel to cancel, once whoever packs the units has been stopped. Told again under the same id it cancels once: the
 * suite holds connectors to that; and before it is told again its order is read, which shows whether it has been done.
 */
export function cancelOrderHandler(context: WorkerContext): ErrandHandler {
  const { capabilities } = context.connector.manifest
  return {
    proof: 'by-key',
    latestEffectMs: capabilities.latestEffectMs,
    prepare: async ({ subjectId: cancellationId }) => {
      const { organizationId, database, operations, signal, connection, hurried } = context
      const [open] = await findOpenCancellations(database.kysely, organizationId, { cancellationId })
      const { cancel } = operations
      if (open === undefined) return { kind: 'drop' }
      if (cancel === undefined || capabilities.cancel === false) {
        const message = `${connection.name} takes no cancellations.`
        const settle = (tx: Tx) => settled(context, tx, open, { outcome: 'refused', message })
        return { kind: 'refuse', code: 'not-possible', message, settle }
      }
      const takes = capabilities.cancel
      const step = decideCancelling(toCancelling(open, takes))
      switch (step.kind) {
        case 'done':
          return { kind: 'drop' }
        case 'wait':
          return { kind: 'later', at: new Date(context.clock.now() + STOPPED_AGAIN_MS) }
        case 'left': {
          const settle = (tx: Tx) => settled(context, tx, open, { outcome: 'left' })
          return { kind: 'refuse', code: 'has-left', message: `${open.number} has left.`, settle }
        }
        case 'tell':
          return {
            kind: 'ready',
            look: async () => {
              const shown = await readOrder(() => operations.order(open.externalId, { signal }))
              if (shown === undefined) return undefined
              const now = decideCancelling(toCancelling(shownAs(open, shown), takes))
              if (now.kind !== 'done') return undefined
              return { externalId: null, settle: async () => void hurried.add('orders') }
            },
            make: async () => {
              const cancellation = {
                cancellationId,
                orderExternalId: open.externalId,
                lines: step.lines,
                reason: open.reason,
                notifyCustomer: true,
              }
              await cancel.call(operations, cancellation, { signal })
              // The order says it itself: then what it holds is released.
              return { externalId: null, settle: async () => void hurried.add('orders') }
            },
            refused: (tx, { message }) => settled(context, tx, open, { outcome: 'refused', message }),
          }
        default: {
          const never: never = step
          throw new Error(`unknown step ${String(never)}`)
        }
      }
    },
  }
}

/**
 * Settles what the hub sees to have been cancelled, by whomever: the hold ends, and what stays of the order is sent. What a channel
 * took and does not carry out is shown to a person.
 * @returns how many were
 */
export async function settleCancelled(context: WorkerContext): Promise<number> {
  const { organizationId, database, connection, connector } = context
  const takes = connector.manifest.capabilities.cancel
  const { connectionId } = connection
  const open = await findOpenCancellations(database.kysely, organizationId, { connectionId })
  let count = 0
  for (const each of open) {
    const step = decideCancelling(toCancelling(each, takes === false ? 'order' : takes))
    // Before it is told, whoever is about to tell it finds out that it has left.
    const settling =
      step.kind === 'done'
        ? ({ outcome: 'cancelled', missed: step.missed } as const)
        : step.kind === 'left' && each.toldAt !== null
          ? ({ outcome: 'left' } as const)
          : undefined
    if (settling === undefined && !isOverdue(each, nowOf(context))) continue
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, context.lease)
      if (settling === undefined) await noteOverdue(context, tx, each)
      else await settled(context, tx, each, settling)
    })
    if (settling !== undefined) count += 1
  }
  return count
}

async function noteOverdue(context: WorkerContext, tx: Tx, open: OpenCancellation): Promise<void> {
  const { organizationId, connection, uuid } = context
  const { connectionId, name: channel } = connection
  const { cancellationId, orderId, number } = open
  if (!(await noteUndone(tx, organizationId, cancellationId))) return
  const about = {
    ...{ kind: 'not-cancelled' as const, subject: orderId, connectionId, sku: null, units: null },
    detail: `${channel} took word that ${number} is to be cancelled, and has not done it. Cancel it there by hand or ask again, or end its hold to send it.`,
    told: { code: 'cancel-not-done' as const, facts: { channel, order: number } },
  }
  await openTask(tx, organizationId, about, { at: nowOf(context), uuid })
  await tellScreens(context, tx, connectionId)
}

async function settled(
  context: WorkerContext,
  tx: Tx,
  open: OpenCancellation,
  settling: Settling,
): Promise<void> {
  const { connection } = context
  await settleCancellation(context, tx, open, settling, { channel: connection, actor: connection.name })
}

function toCancelling({ state, whole, lines }: OpenCancellation, takes: Cancelling['takes']): Cancelling {
  return { state, isWhole: whole, takes, lines }
}

/** As the channel shows the order now. */
function shownAs(open: OpenCancellation, shown: ExternalOrder): OpenCancellation {
  const lines = open.lines.map((line) => {
    const now = shown.lines.find(({ externalId }) => externalId === line.externalId)
    // A line that is cancelled may be gone from it.
    if (now === undefined) return { ...line, current: Math.min(line.stays, line.shipped) }
    return { ...line, current: now.current, shipped: Math.max(line.shipped, now.shipped) }
  })
  return { ...open, state: shown.state, lines }
}

/** Undefined: the channel has it no more, which only telling it shows. */
async function readOrder(read: () => Promise<ExternalOrder>): Promise<ExternalOrder | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isConnectorError(error) && error.kind === 'not-found') return undefined
    throw error
  }
}
