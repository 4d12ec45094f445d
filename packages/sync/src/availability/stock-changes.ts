import {
  type AfterMovements,
  applyStockCommands,
  type CommandOutcome,
  CommandWriter,
  type DocumentStore,
  RefusedAfterwards,
  refuse,
  runStockCommands,
  type StockCommand,
  type StockContext,
} from '@plimsoll/stock'
import { nowOf, type SyncContext, type Tx, toStockContext } from '../context.ts'
import { findHalfSent } from '../counts/half-sent.store.ts'
import { findOrganizationPolicies } from '../policies/policies-in-force.store.ts'
import { mergePolicies } from '../policies/policy.ts'
import { updateAvailabilityOf } from './availability.ts'

/** Commands of people and API clients have a writer of their own, one in each process. */
const writers = new WeakMap<SyncContext, CommandWriter>()

/**
 * Applies stock commands of people and API clients, and works out in the same transaction what every
 * channel should show now. When it returns, the change is committed and the lanes are awake; after a large change
 * (`ITEMS_AT_ONCE`) the turns that work it out are. Callers that come at the same time share a transaction.
 */
export async function changeStock(
  context: SyncContext,
  commands: readonly StockCommand[],
): Promise<CommandOutcome[]> {
  const refused = await findUnpromised(context, commands)
  if (refused.size > 0) {
    const allowed = await changeStock(
      context,
      commands.filter((command) => !refused.has(command)),
    )
    // In the order in which they were given.
    return commands.flatMap((command) => refused.get(command) ?? allowed.shift() ?? [])
  }
  let writer = writers.get(context)
  if (writer === undefined) {
    writer = new CommandWriter((batch) => applyBatch(context, batch))
    writers.set(context, writer)
  }
  return await writer.run(commands)
}

/** What people and API clients count is held against what lies there: parts of kits that are on their way are not. */
function toCountingContext(context: SyncContext): StockContext {
  const { organizationId } = context
  return {
    ...toStockContext(context),
    async findHalfSent(tx, places) {
      const found = []
      for (const [locationId, here] of Map.groupBy(places, (place) => place.locationId)) {
        const halfSent = await findHalfSent(tx, organizationId, locationId, here)
        found.push(...halfSent.map((each) => ({ ...each, locationId })))
      }
      return found
    },
  }
}

/** What the hub itself decides to take takes nothing that the channels may sell already; losses and counts are facts. */
const HUB_DECIDES: ReadonlySet<StockCommand['kind']> = new Set([
  'reserve',
  'move-reservation',
  'transfer',
  'transfer-dispatch',
  'assemble',
  'disassemble',
])

function causeOf(commands: readonly StockCommand[]): 'hub' | 'world' {
  return commands.some(({ kind }) => HUB_DECIDES.has(kind)) ? 'hub' : 'world'
}

async function applyBatch(
  context: SyncContext,
  commands: readonly StockCommand[],
): Promise<CommandOutcome[]> {
  try {
    return await runStockCommands(context.database, toCountingContext(context), commands, {
      afterMovements: tellChannels(context),
    })
  } catch (error) {
    if (!(error instanceof RefusedAfterwards)) throw error
    const [only, ...others] = commands
    if (only === undefined) return []
    if (others.length === 0) return [{ key: only.key, ...error.refusal }]
    // One of them takes too much: each by itself, so that the others are done.
    const outcomes: CommandOutcome[] = []
    for (const command of commands) outcomes.push(...(await applyBatch(context, [command])))
    return outcomes
  }
}

/**
 * The same as one part of the caller's transaction, whose own locks come before those of the stock.
 * @throws CommandRace when another transaction took one of the keys meanwhile: run the caller's again
 */
export async function changeStockWithin(
  context: SyncContext,
  tx: Tx,
  commands: readonly StockCommand[],
): Promise<CommandOutcome[]> {
  return await applyStockCommands(tx, toCountingContext(context), commands, tellChannels(context))
}

function tellChannels(context: SyncContext): AfterMovements {
  const at = nowOf(context)
  return async (tx, outcomes, commands) => {
    const itemIds = outcomes.flatMap((outcome) => (outcome.kind === 'applied' ? outcome.itemIds : []))
    await updateAvailabilityOf(context, tx, { itemIds, at, cause: causeOf(commands) })
  }
}

/**
 * What documents of stock (transfers, inbound shipments, stock counts) run on: their movements and what every channel
 * should show then are one transaction.
 */
export function toDocumentStore(context: SyncContext): DocumentStore {
  return {
    database: context.database,
    context: toCountingContext(context),
    afterMovements: tellChannels(context),
  }
}

/** Reservations out of what is coming, where the organization's policy does not let it be promised. */
async function findUnpromised(
  context: SyncContext,
  commands: readonly StockCommand[],
): Promise<Map<StockCommand, CommandOutcome>> {
  const asking = commands.filter((command) => command.kind === 'reserve' && command.promise === 'incoming')
  if (asking.length === 0) return new Map()
  const { database, organizationId } = context
  const policies = await findOrganizationPolicies(database.kysely, organizationId, nowOf(context))
  if (mergePolicies(policies).promiseIncoming) return new Map()
  const message = 'The organization’s policy does not let incoming stock be promised.'
  return new Map(
    asking.map((command) => [
      command,
      { key: command.key, ...refuse('incoming-not-promised', 'promise', message) },
    ]),
  )
}
