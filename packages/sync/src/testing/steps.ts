import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { ManualClock } from '@plimsoll/connector-kit'
import { ConnectionRegistry } from '../connections/registry.ts'
import { acquireLeases } from '../worker/leases.store.ts'
import { ConnectionWorker } from '../worker/worker.ts'
import type { World } from './world.ts'

/** One worker that is stepped by hand on a manual clock: the production worker without its own loops. */
export type Stepped = {
  worker: ConnectionWorker
  /** Undefined once the lease is lost. */
  turn(): Promise<number | undefined>
  isLost(): boolean
}

/** Takes the connection's lease, as another process would, and works it by steps. */
export async function stepConnection(world: World, connectionId: string): Promise<Stepped> {
  const { context } = world
  const now = new Date(context.clock.now())
  const expiresAt = new Date(context.clock.now() + context.pace.leaseMs)
  const [lease] = await acquireLeases(
    context.database.kysely,
    context.organizationId,
    [connectionId],
    randomUUID(),
    { now, expiresAt },
  )
  assert(lease !== undefined, 'the lease is free')
  const open = await new ConnectionRegistry(context).find(connectionId)
  assert(open !== undefined, 'the connection is known')
  let isLost = false
  const worker = new ConnectionWorker(context, open, lease, () => {
    isLost = true
  })
  return { worker, turn: () => worker.turn(), isLost: () => isLost }
}

/** Turns with a little time between them. */
export async function turns(clock: ManualClock, stepped: Stepped, count: number, ms = 150): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await stepped.turn()
    await clock.advance(ms)
  }
}
