import type { ReturnNotice } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { warehouseTermsOf } from '../connections/sends-for-others.ts'
import { nowOf, type Tx } from '../context.ts'
import type { ErrandHandler } from '../fulfilment/errand-runner.ts'
import { findErrandStanding } from '../fulfilment/errand-standing.store.ts'
import { type ErrandRow, insertErrands } from '../fulfilment/errands.store.ts'
import { mayHaveActed } from '../fulfilment/errands.ts'
import { refuseToTell, toNoticeLines } from '../fulfilment/notice-lines.ts'
import { findFacility } from '../fulfilment/warehouse-units.store.ts'
import { notify } from '../notify.ts'
import { closeTasks, openTask } from '../tasks.store.ts'
import type { ToldTask } from '../told-task.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { claimDeliveries } from './follow-return.store.ts'
import {
  findReturnToTell,
  type ReturnToTell,
  returnsToNote,
  saveSaid,
  saveTold,
  type ToNote,
} from './notice-of-return.store.ts'

const RETURNS_PER_TURN = 20

/**
 * Sees to it that each return to a place of this warehouse is told to it once, that what is called off after is taken back, and
 * that a person hears where other units are expected than it was told of: no warehouse takes a change by itself.
 * @returns how many were noted
 */
export async function noteReturns(context: WorkerContext): Promise<number> {
  const { database, organizationId, connection } = context
  const { connectionId } = connection
  const { rows } =
    await sql<ToNote>`${returnsToNote(context)} order by return_id limit ${RETURNS_PER_TURN}`.execute(
      database.kysely,
    )
  if (rows.length === 0) return 0
  await inTransaction(database, async (tx) => {
    await assertLease(tx, organizationId, context.lease)
    const errands = rows
      .filter(({ what }) => what !== 'changed')
      .map(({ returnId, what }) => ({
        connectionId,
        kind: what === 'announce' ? ('announce-return' as const) : ('withdraw-return' as const),
        subjectId: returnId,
      }))
    await insertErrands(tx, context, errands, nowOf(context))
    for (const { returnId, what } of rows)
      if (what === 'withdraw') await saveSaid(tx, organizationId, returnId, { isTold: false })
    for (const returned of rows.filter(({ what }) => what === 'changed')) {
      const facts = { return: returned.number, warehouse: connection.name }
      await openReturnTask(
        context,
        tx,
        returned,
        'return-changed',
        `The return ${returned.number} was changed after ${connection.name} was told of it, which cannot be told by itself. Tell them what is expected now.`,
        { code: 'return-changed', facts },
      )
      await saveSaid(tx, organizationId, returned.returnId, { isTold: true })
    }
  })
  return rows.length
}

/** Tells the warehouse of a return; its id, or what the warehouse knows it by, makes that once. */
export function announceReturnHandler(context: WorkerContext): ErrandHandler {
  const terms = warehouseTermsOf(context)
  return {
    proof: terms?.returnNotices ?? 'by-key',
    latestEffectMs: terms?.latestEffectMs ?? 0,
    prepare: async (errand) => {
      const { subjectId } = errand
      const { organizationId, database, operations, signal } = context
      const { warehouse } = operations
      const announce = warehouse?.announceReturn
      const returned = await findReturnToTell(database.kysely, context, subjectId)
      // What has come need not be announced; what is called off is taken back where it was.
      if (returned?.state !== 'announced') return { kind: 'drop' }
      const notice = await toNotice(context, returned)
      if (announce !== undefined && 'problem' in notice)
        return refuseToTell(notice.problem, (tx) =>
          noteRefused(context, tx, returned, errand, notice.problem),
        )
      // Before the call: of which units one was whose answer is lost, nobody knows after.
      await inTransaction(database, async (tx) => {
        await assertLease(tx, organizationId, context.lease)
        await saveTold(tx, organizationId, subjectId, nowOf(context))
      })
      if (warehouse === undefined || announce === undefined || 'problem' in notice)
        return { kind: 'drop', code: 'not-possible' }
      return {
        kind: 'ready',
        make: async () => {
          const { externalId } = await announce.call(warehouse, notice, { signal })
          return {
            externalId,
            settle: async (tx) => {
              await claimDeliveries(tx, context, subjectId, externalId, nowOf(context))
              await closeTasks(tx, organizationId, 'return-refused', [subjectId], nowOf(context))
              await showIt(context, tx)
            },
          }
        },
        refused: (tx, error) => noteRefused(context, tx, returned, errand, error.message),
      }
    },
  }
}

/** Takes word of a return back. Told again it changes nothing. */
export function withdrawReturnHandler(context: WorkerContext): ErrandHandler {
  const latestEffectMs = warehouseTermsOf(context)?.latestEffectMs ?? 0
  return {
    proof: 'by-key',
    latestEffectMs,
    prepare: async ({ subjectId }) => {
      const { organizationId, database, operations, signal, connection, clock } = context
      const { warehouse } = operations
      const withdraw = warehouse?.withdrawReturn
      const returned = await findReturnToTell(database.kysely, context, subjectId)
      const told = await findErrandStanding(database.kysely, organizationId, 'announce-return', subjectId)
      // One that was refused may be there by an earlier call, which is read back by taking it back: what is not there is withdrawn.
      const isSurelyNotThere = told?.attempts === 0 || (told?.state === 'refused' && !told.inDoubt)
      if (returned === undefined || told === undefined || isSurelyNotThere) return { kind: 'drop' }
      // As long as the announcement may still act, under a key too, nobody can say that there is nothing to take back.
      const actsUntil = (told.callsUntil?.getTime() ?? 0) + latestEffectMs
      if (told.state !== 'done' && actsUntil > clock.now()) return { kind: 'later', at: new Date(actsUntil) }
      const cannot = (tx: Tx, message: string) =>
        openReturnTask(
          context,
          tx,
          returned,
          'return-changed',
          `The return ${returned.number} was called off after ${connection.name} was told of it, and it was not taken back: ${message} Tell them.`,
          {
            code: 'return-cannot-withdraw',
            facts: { return: returned.number, warehouse: connection.name, message },
          },
        )
      const place = await findFacility(
        database.kysely,
        organizationId,
        connection.connectionId,
        returned.locationId,
      )
      if (warehouse === undefined || withdraw === undefined || place === undefined) {
        const message = `${connection.name} cannot be told by itself that a return will not come.`
        return { kind: 'refuse', code: 'not-possible', message, settle: (tx) => cannot(tx, message) }
      }
      const notice = {
        returnId: returned.returnId,
        number: returned.number,
        locationId: place,
        externalId: told.externalId ?? undefined,
      }
      return {
        kind: 'ready',
        make: async () => {
          const outcome = await withdraw.call(warehouse, notice, { signal })
          if (outcome === 'withdrawn') return { externalId: null, settle: (tx) => showIt(context, tx) }
          return { externalId: null, code: outcome, settle: (tx) => noteCameAnyway(context, tx, returned) }
        },
        refused: (tx, error) => cannot(tx, error.message),
      }
    },
  }
}

async function noteCameAnyway(context: WorkerContext, tx: Tx, returned: ReturnToTell): Promise<void> {
  const { connection } = context
  await openReturnTask(
    context,
    tx,
    returned,
    'return-changed',
    `The return ${returned.number} was called off, and it has come to ${connection.name} all the same. What they take in is booked; settle it with your customer.`,
    { code: 'return-came-anyway', facts: { return: returned.number, warehouse: connection.name } },
  )
}

async function noteRefused(
  context: WorkerContext,
  tx: Tx,
  returned: ReturnToTell,
  errand: ErrandRow,
  message: string,
): Promise<void> {
  const { organizationId, connection } = context
  const facts = { return: returned.number, warehouse: connection.name, message }
  // It may be there by a call whose answer was lost: then it is taken back once it is called off.
  if (mayHaveActed(errand))
    return await openReturnTask(
      context,
      tx,
      returned,
      'return-refused',
      `${connection.name} may know of the return ${returned.number} by a call that it did not answer, and told again it was refused: ${message} Announce it again once that is put right, or ask them.`,
      { code: 'return-refused-in-doubt', facts },
    )
  await saveSaid(tx, organizationId, returned.returnId, { isTold: false })
  await openReturnTask(
    context,
    tx,
    returned,
    'return-refused',
    `${connection.name} was not told of the return ${returned.number}: ${message} Announce it again once that is put right, or tell them yourself.`,
    { code: 'return-refused', facts },
  )
}

/** Screens ask again. */
async function showIt({ organizationId }: WorkerContext, tx: Tx): Promise<void> {
  await notify(tx, organizationId, { kind: 'screen', topics: ['overview', 'tasks'], itemIds: [] })
}

async function openReturnTask(
  context: WorkerContext,
  tx: Tx,
  { returnId }: Pick<ReturnToTell, 'returnId'>,
  kind: 'return-refused' | 'return-changed',
  detail: string,
  told: ToldTask,
): Promise<void> {
  const { organizationId, connection, uuid } = context
  const about = { kind, subject: returnId, connectionId: connection.connectionId, sku: null, units: null }
  const at = nowOf(context)
  await openTask(tx, organizationId, { ...about, detail: detail.slice(0, 1_000), told }, { at, uuid })
  await showIt(context, tx)
}

/** The return as its warehouse is told of it, or why it cannot be. */
async function toNotice(
  context: WorkerContext,
  { returnId, number, locationId, locationCode, lines, shipments, sameNumber }: ReturnToTell,
): Promise<ReturnNotice | { problem: string }> {
  const wanted = lines.map((line) => ({ ...line, units: line.announced }))
  const told = await toNoticeLines(context, { locationId, locationCode }, wanted)
  if ('problem' in told) return told
  // What comes would be taken for the other.
  if (sameNumber !== null)
    return { problem: `${context.connection.name} was told of another return under the number "${number}".` }
  const [shipment, ...others] = shipments
  return {
    returnId,
    number,
    locationId: told.place,
    shipment: others.length === 0 ? shipment : undefined,
    // Of more that left than come back nobody knows which.
    lines: told.lines.map(({ of: { serials, announced }, ...line }) => ({
      ...line,
      serials: serials.length === announced ? serials : [],
    })),
  }
}
