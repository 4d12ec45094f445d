import type { CutoverSource } from '@plimsoll/database'
import { inTransaction } from '@plimsoll/database'
import { digestOf } from '@plimsoll/stock'
import { findConnectionId } from '../connections/connections.ts'
import { openOperations } from '../connections/open-connector.ts'
import type { ConnectionRegistry } from '../connections/registry.ts'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { insertInbox } from '../intake/inbox.store.ts'
import { toInboxEvent } from '../intake/inbox.ts'
import { notify } from '../notify.ts'
import { goLive } from '../safety/going-live.ts'
import {
  type Cutover,
  type CutoverLine,
  countUnapplied,
  findCutover,
  findLines,
  insertCutover,
  lockCutover,
  saveCutover,
  saveLines,
} from './cutover.store.ts'
import { type CutoverStep, decideCutover, type OpeningLine, toProposedLine } from './cutover.ts'
import { findFiguresAsOf, findFiguresOfConnection, type SourceFigure } from './figures.store.ts'
import { type NumbersRead, readNumbers } from './opening-numbers.ts'

const PAGES_MAX = 10_000

export type NewCutover = {
  name: string
  /** The connection that goes live. */
  connection: string
  source: CutoverSource
  /** Of the source `connection`: whose numbers are the truth. */
  from?: string | undefined
  /** The moment that a file or a count is true for. */
  asOf?: Date | undefined
  /** Orders changed since then are read; open ones are reserved. */
  ordersSince: Date
  actor: string
}

/** Begins a cut-over; under a name that is there, answers that one. @throws SyncProblem */
export async function beginCutover(context: SyncContext, wish: NewCutover): Promise<Cutover> {
  const { organizationId, database } = context
  const at = nowOf(context)
  const isOfConnection = wish.source === 'connection'
  if (isOfConnection !== (wish.from !== undefined)) {
    throw syncProblem(
      'invalid-settings',
      'from',
      'A cut-over from a connection names it, any other names none.',
    )
  }
  if (isOfConnection === (wish.asOf !== undefined) || (wish.asOf !== undefined && wish.asOf > at)) {
    const message =
      'A file or a count is true as of a moment that is past; the numbers of a connection, as of now.'
    throw syncProblem('invalid-settings', 'asOf', message)
  }
  const cutover: Cutover = {
    cutoverId: context.uuid(),
    name: wish.name,
    connectionId: await findConnectionId(context, wish.connection),
    source: wish.source,
    sourceConnectionId: wish.from === undefined ? null : await findConnectionId(context, wish.from),
    asOf: wish.asOf ?? null,
    state: 'begun',
    ordersSince: wish.ordersSince,
    ordersReadAt: null,
    numbersJobId: null,
    digest: null,
    actor: wish.actor,
    approvedBy: null,
    begunAt: at,
    changedAt: at,
  }
  await inTransaction(database, (tx) => insertCutover(tx, organizationId, cutover))
  return await readCutover(context, wish.name)
}

/** By id or name. @throws SyncProblem */
export async function readCutover(context: SyncContext, idOrName: string): Promise<Cutover> {
  const found = await findCutover(context.database.kysely, context.organizationId, idOrName)
  if (found === undefined)
    throw syncProblem('unknown-cutover', 'cutover', `There is no cut-over "${idOrName}".`)
  return found
}

export async function readCutoverLines(context: SyncContext, cutoverId: string): Promise<CutoverLine[]> {
  return await findLines(context.database.kysely, context.organizationId, cutoverId)
}

/**
 * Reads the orders of the connection, and of the source, into the inbox; whoever works them applies and reserves them. Once
 * none of them waits any more, every number of the source is read. Once they all are the step is done: call it again until
 * then, at no harm.
 * @returns how many still wait, how many are parked and need a person, and how far the numbers are read; null: nothing is
 * being read
 * @throws SyncProblem `numbers-unread` where they could not be read
 */
export async function importOpenOrders(
  context: SyncContext,
  registry: ConnectionRegistry,
  idOrName: string,
): Promise<{ cutover: Cutover; waiting: number; parked: number; numbers: NumbersRead | null }> {
  const { organizationId, database } = context
  const known = await readCutover(context, idOrName)
  const { cutoverId } = known
  const connectionIds = [...new Set([known.connectionId, known.sourceConnectionId ?? known.connectionId])]
  /** Notes something while the step goes on. */
  const note = async (noted: Partial<Cutover>) =>
    await changeCutover(context, cutoverId, 'import-orders', async (cutover) => ({ ...cutover, ...noted }))
  let readAt = known.ordersReadAt
  if (readAt === null && known.state === 'begun') {
    for (const connectionId of connectionIds)
      await readOrders(context, registry, connectionId, known.ordersSince)
    readAt = nowOf(context)
    await note({ ordersReadAt: readAt })
  }
  const left = await countUnapplied(database.kysely, organizationId, connectionIds, readAt ?? nowOf(context))
  if (left.waiting > 0) return { cutover: await readCutover(context, cutoverId), ...left, numbers: null }
  if (known.state === 'begun') {
    const numbers = await readNumbers(context, known, () => note({ numbersJobId: null }))
    if (numbers.kind === 'reading') {
      const cutover = await note({ numbersJobId: numbers.jobId })
      return { cutover, ...left, numbers: numbers.progress }
    }
  }
  const cutover = await changeCutover(context, cutoverId, 'import-orders', async (each, next) => ({
    ...each,
    state: next,
  }))
  return { cutover, ...left, numbers: null }
}

async function readOrders(
  context: SyncContext,
  registry: ConnectionRegistry,
  connectionId: string,
  since: Date,
): Promise<void> {
  const { organizationId, database, uuid } = context
  const open = await registry.find(connectionId)
  if (open === undefined)
    throw syncProblem('unknown-connection', 'connection', 'There is no such connection.')
  const operations = openOperations(context, open)
  let cursor: string | undefined
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const read = await operations.orders({ since, cursor }, { signal: new AbortController().signal })
    const events = [
      ...read.rows.map((order) => ({ externalId: order.externalId, version: order.version, order })),
      // A row that cannot be read is read by itself, and parked with its reason.
      ...(read.unreadable ?? []).map((row) => ({ ...row, order: undefined })),
    ].flatMap((order) => toInboxEvent({ kind: 'order', ...order }, uuid) ?? [])
    await inTransaction(database, async (tx) => {
      const place = { organizationId, connectionId, source: 'poll' as const, uuid, at: nowOf(context) }
      await insertInbox(tx, place, events)
      await notify(tx, organizationId, { kind: 'inbox', connectionIds: [connectionId] })
    })
    cursor = read.next
    if (cursor === undefined) return
  }
  throw new Error(`More than ${PAGES_MAX} pages of orders since ${since.toISOString()}.`)
}

/**
 * Works out opening stock and how it differs from the ledger, both of one moment. May be done again until it is approved.
 * @param lines of a file or a count: what was there at its moment
 * @throws SyncProblem for an item or location that is not known
 */
export async function proposeOpening(
  context: SyncContext,
  idOrName: string,
  lines: readonly OpeningLine[],
): Promise<Cutover> {
  const { cutoverId } = await readCutover(context, idOrName)
  return await changeCutover(context, cutoverId, 'propose', (cutover, next, tx) =>
    saveProposal(context, tx, { ...cutover, state: next }, lines),
  )
}

/** Works a proposal out and keeps it. @param lines of a file or a count */
export async function saveProposal(
  context: SyncContext,
  tx: Tx,
  cutover: Cutover,
  lines: readonly OpeningLine[],
): Promise<Cutover> {
  const { organizationId } = context
  const { cutoverId, sourceConnectionId } = cutover
  const figures =
    sourceConnectionId === null
      ? await findSaid(context, tx, lines, cutover.asOf ?? nowOf(context))
      : await findFiguresOfConnection(tx, organizationId, sourceConnectionId)
  const proposed = figures.map(toProposedLine)
  await saveLines(tx, organizationId, cutoverId, proposed)
  const digest = digestOf(proposed.map((line) => [line.itemId, line.locationId, line.proposed, line.ledger]))
  // A connection tells its numbers of now, each time; a file or a count is of its own moment.
  const asOf = sourceConnectionId === null ? (cutover.asOf ?? nowOf(context)) : nowOf(context)
  return { ...cutover, digest, asOf }
}

async function findSaid(
  context: SyncContext,
  tx: Tx,
  lines: readonly OpeningLine[],
  asOf: Date,
): Promise<SourceFigure[]> {
  const key = ({ sku, locationCode }: Pick<OpeningLine, 'sku' | 'locationCode'>) =>
    JSON.stringify([sku, locationCode])
  const keys = new Set(lines.map(key))
  if (keys.size < lines.length) {
    throw syncProblem('invalid-settings', 'lines', 'An item stands twice at one location; add the two up.')
  }
  const figures = await findFiguresAsOf(tx, context.organizationId, lines, asOf)
  const found = new Set(figures.map(key))
  const missing = lines.find((line) => !found.has(key(line)))
  if (missing === undefined) return figures
  const message = `There is no item "${missing.sku}", or no location "${missing.locationCode}".`
  throw syncProblem('unknown-item', 'lines', message)
}

/** A person takes the differences that they saw, by their digest. @throws SyncProblem */
export async function approveCutover(
  context: SyncContext,
  idOrName: string,
  { digest, actor }: { digest: string; actor: string },
): Promise<Cutover> {
  const { cutoverId } = await readCutover(context, idOrName)
  return await changeCutover(context, cutoverId, 'approve', async (cutover, next) => {
    if (cutover.digest !== digest) {
      throw syncProblem('preview-outdated', 'digest', 'The proposal is another one than was looked at.')
    }
    return { ...cutover, state: next, approvedBy: actor }
  })
}

/** The last step: by a preview of the first writes that a person saw. @throws SyncProblem */
export async function finishCutover(
  context: SyncContext,
  idOrName: string,
  wish: { previewId: string; actor: string; first?: number | undefined },
): Promise<Cutover> {
  const { cutoverId, connectionId, state } = await readCutover(context, idOrName)
  const step = decideCutover(state, 'go-live')
  if (step.kind === 'refused') throw syncProblem('wrong-state', 'state', step.message)
  if (step.kind === 'do') await goLive(context, connectionId, wish)
  return await changeCutover(context, cutoverId, 'go-live', async (cutover, next) => ({
    ...cutover,
    state: next,
  }))
}

/** Gives a cut-over up before anything is applied. @throws SyncProblem */
export async function cancelCutover(context: SyncContext, idOrName: string): Promise<Cutover> {
  const { cutoverId } = await readCutover(context, idOrName)
  return await changeCutover(context, cutoverId, 'cancel', async (cutover, next) => ({
    ...cutover,
    state: next,
  }))
}

/** Does a step where it is to be done; one that was done before changes nothing. */
export async function changeCutover(
  context: SyncContext,
  cutoverId: string,
  step: CutoverStep,
  change: (cutover: Cutover, next: Cutover['state'], tx: Tx) => Promise<Cutover>,
): Promise<Cutover> {
  const { organizationId, database } = context
  return await inTransaction(database, async (tx) => {
    const cutover = await lockCutover(tx, organizationId, cutoverId)
    if (cutover === undefined) throw syncProblem('unknown-cutover', 'cutover', 'There is no such cut-over.')
    const decided = decideCutover(cutover.state, step)
    if (decided.kind === 'refused') throw syncProblem('wrong-state', 'state', decided.message)
    if (decided.kind === 'done') return cutover
    const changed = { ...(await change(cutover, decided.next, tx)), changedAt: nowOf(context) }
    await saveCutover(tx, organizationId, changed)
    return changed
  })
}
