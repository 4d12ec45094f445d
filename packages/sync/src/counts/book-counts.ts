import { type CountProblem, inTransaction } from '@plimsoll/database'
import { type CommandOutcome, findMovedSince, runStockCommands, type StockCommand } from '@plimsoll/stock'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { warehouseTermsOf } from '../connections/sends-for-others.ts'
import { nowOf, toStockContext } from '../context.ts'
import { notify } from '../notify.ts'
import { refusedTrouble, type ToldTrouble, type Trouble } from '../told-trouble.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import type { TiedPlace } from './counted-places.store.ts'
import { decideCount } from './counting.ts'
import type { Decided } from './decided.ts'
import { findHalfSent } from './half-sent.store.ts'
import { findHeldBack, type HeldBack, noteHeldBack } from './held-back.ts'
import {
  type BookedUnit,
  findLedgerAt,
  findMisjudgedParcels,
  findUnitsToBook,
  type LedgerAtPlace,
  saveBooked,
  type UnitToBook,
} from './units-to-book.store.ts'

const COMMANDS_AT_ONCE = 200

/**
 * Brings the ledger to what the platform counts at a place of its own, by counted movements of what differs. Whoever
 * books the same again finds nothing that differs; whoever has lost the connection's lease books nothing. What is
 * implausible waits for a person, the rest goes on.
 * @returns how many items changed
 */
export async function bookCounts(context: WorkerContext, place: TiedPlace, readAt: Date): Promise<number> {
  const { database, organizationId, connection } = context
  const key = { connectionId: connection.connectionId, externalId: place.externalId }
  const units = await findUnitsToBook(database.kysely, organizationId, key)
  const itemIds = [
    ...new Set(units.flatMap(({ itemId, bookedItemId }) => [itemId ?? [], bookedItemId ?? []].flat())),
  ]
  const sureUntil = toSureUntil(context)
  const ledger = await findLedgerAt(
    database.kysely,
    organizationId,
    { connectionId: connection.connectionId, locationId: place.locationId },
    itemIds,
    sureUntil,
  )
  const unitsOf = Map.groupBy(
    units.filter(({ itemId }) => itemId !== null),
    ({ itemId }) => itemId ?? '',
  )
  const moments = await findMoments(context, place, unitsOf)
  const byTheirs = [...moments].flatMap(([itemId, { at }]) => {
    const toldAt = toldAtOf(unitsOf.get(itemId) ?? [])
    return toldAt === undefined ? [] : [{ itemId, at, toldAt }]
  })
  const misjudged = await findMisjudgedParcels(
    database.kysely,
    organizationId,
    { connectionId: connection.connectionId, locationId: place.locationId },
    byTheirs,
  )
  const now = nowOf(context)
  const halfSent = await findHalfSent(
    database.kysely,
    organizationId,
    place.locationId,
    ledger.map(({ itemId }) => {
      const own = unitsOf.get(itemId) ?? []
      return { itemId, at: isOfNow(own, sureUntil) ? now : (moments.get(itemId)?.at ?? now) }
    }),
  )
  const decided = ledger.map((item) =>
    decideItem(item, unitsOf.get(item.itemId) ?? [], {
      moment: moments.get(item.itemId),
      misjudged: misjudged.get(item.itemId) ?? 0,
      halfSent: halfSent.find(({ itemId }) => itemId === item.itemId)?.units ?? 0,
      sureUntil,
    }),
  )
  const heldBack = await findHeldBack(context, place, decided)
  const commands = decided.flatMap((each) =>
    heldBack.has(each.item.itemId) ? [] : toCommands(context, place, each),
  )
  const refusals = new Map<string, Trouble>()
  for (let from = 0; from < commands.length; from += COMMANDS_AT_ONCE) {
    const some = commands.slice(from, from + COMMANDS_AT_ONCE)
    const outcomes = await run(context, some)
    for (const [at, outcome] of outcomes.entries()) {
      const sku = some[at]?.sku
      if (outcome.kind === 'refused' && sku !== undefined) refusals.set(sku, refusedTrouble(outcome))
    }
  }
  await inTransaction(database, async (tx) => {
    await assertLease(tx, organizationId, context.lease)
    const booked = units.map((unit) => toBooked(unit, decided, { refusals, heldBack }))
    await saveBooked(tx, organizationId, key, { units: booked, readAt })
    await noteHeldBack(context, tx, place, heldBack)
    await notify(tx, organizationId, { kind: 'screen', topics: ['connections'], itemIds: [] })
  })
  return new Set(commands.map(({ sku }) => sku)).size - refusals.size
}

/**
 * Of a warehouse that takes off what it is asked for: requests up to then are in its count surely, later ones perhaps.
 * Undefined: its counts have nothing to do with what it is asked for.
 */
function toSureUntil(context: WorkerContext): Date | undefined {
  const terms = warehouseTermsOf(context)
  if (terms?.deducts !== 'requested') return undefined
  return new Date(context.clock.now() - (terms.deductsWithinMs ?? 0))
}

function decideItem(
  item: LedgerAtPlace,
  own: readonly UnitToBook[],
  given: { moment: Moment | undefined; misjudged: number; halfSent: number; sureUntil: Date | undefined },
): Decided {
  const { moment, misjudged, halfSent, sureUntil } = given
  const isNow = isOfNow(own, sureUntil)
  const { movedSince = 0 } = moment ?? {}
  const sumOf = (of: 'available' | 'held') =>
    own.reduce((sum, unit) => sum + unit[of] * unit.unitsPerListing, 0)
  const held = sumOf('held')
  const onHand = own.every((unit) => unit.onHand !== null)
    ? own.reduce((sum, unit) => sum + (unit.onHand ?? 0) * unit.unitsPerListing, 0)
    : undefined
  const decision = decideCount({
    // A warehouse names all that lies there, what it has promised included.
    ...(onHand === undefined || own.length === 0
      ? {
          available: sumOf('available'),
          subtracted: item.subtracted + item.askedSurely,
          perhapsTaken: item.askedPerhaps,
          perhapsCounted: item.gonePerhaps,
        }
      : // What the ledger wrongly lets stay on top of the count is in it, or is taken off once more.
        { available: onHand - held + misjudged, subtracted: 0, movedSince }),
    held,
    heldSince: isNow ? 0 : (moment?.heldSince ?? 0),
    halfSent,
    ledger: item,
  })
  return { item, decision, countedAt: isNow ? undefined : moment?.at, movedSince, own }
}

/** What was asked for was worked out of the ledger as it is now, and so is what is booked. */
function isOfNow(own: readonly UnitToBook[], sureUntil: Date | undefined): boolean {
  return sureUntil !== undefined && own.some((unit) => unit.onHand === null)
}

/** A moment for which the count of an item may be true, with what has moved in the ledger since. */
type Moment = { at: Date; movedSince: number; heldSince: number }

/** Of the moments for which each item's count may be true the one by which fewer are there: the other may sell what is gone. */
async function findMoments(
  { database, organizationId }: WorkerContext,
  { locationId }: TiedPlace,
  unitsOf: ReadonlyMap<string, readonly UnitToBook[]>,
): Promise<Map<string, Moment>> {
  const wanted = [...unitsOf].flatMap(([itemId, own]) =>
    countedAtOf(own).map((at) => ({ itemId, locationId, at })),
  )
  const moved = await findMovedSince(database.kysely, organizationId, wanted)
  const moments = new Map<string, Moment>()
  for (const { itemId, at } of wanted) {
    const since = moved.filter((row) => row.itemId === itemId && row.at.getTime() === at.getTime())
    const sum = (of: 'onHand' | 'held') => since.reduce((total, row) => total + row[of], 0)
    const moment = { at, movedSince: sum('onHand'), heldSince: sum('held') }
    const known = moments.get(itemId)
    if (known === undefined || moment.movedSince < known.movedSince) moments.set(itemId, moment)
  }
  return moments
}

/**
 * When what it was added up from was true. What the last read does not name is as it was told before. Where the platform says
 * when each was true, the others had not changed by the newest; where it does not, they were read one after the other.
 */
function countedAtOf(own: readonly UnitToBook[]): Date[] {
  const lastRead = Math.max(...own.map(({ readAt }) => readAt.getTime()))
  const named = own.filter(({ readAt }) => readAt.getTime() === lastRead)
  const times = named.map(({ countedAt }) => countedAt.getTime())
  const newest = Math.max(...times)
  if (named.every(({ toldAt }) => toldAt !== null)) return [new Date(newest)]
  return [...new Set([Math.min(...times), newest])].map((time) => new Date(time))
}

/** The same by the platform's clock, where it says all of them. */
function toldAtOf(own: readonly UnitToBook[]): Date | undefined {
  const times = own.flatMap(({ toldAt }) => (toldAt === null ? [] : [toldAt.getTime()]))
  return times.length === 0 || times.length < own.length ? undefined : new Date(Math.max(...times))
}

type BookingCommand = Extract<StockCommand, { kind: 'count' | 'hold' | 'unhold' }>

function toCommands(context: WorkerContext, place: TiedPlace, decided: Decided): BookingCommand[] {
  const { item, decision, countedAt } = decided
  if (item.isKit || item.tracking !== 'plain') return []
  const { connectionId, name } = context.connection
  const head = {
    sku: item.sku,
    locationCode: place.locationCode,
    actor: 'hub',
    reason: `counted by ${name}`,
  }
  // Fresh each time: what differs was worked out of the ledger as it is, so that nothing is booked twice.
  const keyOf = (what: string) => `counts:${connectionId}:${what}:${context.uuid()}`
  const { onHand, heldDelta } = decision
  return [
    ...(onHand === undefined
      ? []
      : [{ ...head, kind: 'count' as const, key: keyOf('count'), quantity: onHand, effectiveAt: countedAt }]),
    ...(heldDelta === 0
      ? []
      : [
          {
            ...head,
            kind: heldDelta > 0 ? ('hold' as const) : ('unhold' as const),
            key: keyOf('held'),
            quantity: Math.abs(heldDelta),
            // What has been held since then stays on top of it.
            effectiveAt: countedAt,
          },
        ]),
  ]
}

async function run(context: WorkerContext, commands: readonly StockCommand[]): Promise<CommandOutcome[]> {
  const { database, organizationId, lease } = context
  return await runStockCommands(database, toStockContext(context), commands, {
    afterMovements: async (tx, outcomes) => {
      await assertLease(tx, organizationId, lease)
      const itemIds = outcomes.flatMap((outcome) => (outcome.kind === 'applied' ? outcome.itemIds : []))
      await updateAvailabilityOf(context, tx, { itemIds, at: nowOf(context), cause: 'world' })
    },
  })
}

function toBooked(
  { stockUnitId, itemId, acceptedKind, countedAt }: UnitToBook,
  decided: readonly Decided[],
  { refusals, heldBack }: { refusals: ReadonlyMap<string, Trouble>; heldBack: ReadonlyMap<string, HeldBack> },
): BookedUnit {
  const found = decided.find(({ item }) => item.itemId === itemId)
  const marks = { heldKind: null, spent: acceptedKind, bookedAt: found?.countedAt ?? countedAt }
  const not = (problemCode: CountProblem, problem: string, problemTold: ToldTrouble): BookedUnit => ({
    stockUnitId,
    bookedItemId: null,
    problemCode,
    problem,
    problemTold,
    ...marks,
  })
  if (found === undefined)
    return not('unmapped', 'Its listing is tied to no item: map it, and it is booked with the next read.', {
      code: 'not-mapped',
      facts: {},
    })
  const { item, decision } = found
  const { sku, tracking } = item
  if (item.isKit)
    return not('kit', `"${sku}" is a kit: only its parts have stock.`, { code: 'no-stock-of-kit', facts: {} })
  if (tracking !== 'plain')
    return not('tracked', `"${sku}" is tracked by ${tracking}, which the platform does not tell.`, {
      code: 'count-tracked',
      facts: { sku, tracking },
    })
  const held = heldBack.get(item.itemId)
  if (held !== undefined)
    return { ...not('held', held.trouble.message, held.trouble.told), heldKind: held.kind, spent: null }
  const refused = refusals.get(sku)
  if (refused !== undefined) return not('refused', refused.message, refused.told)
  const booked = { stockUnitId, bookedItemId: item.itemId, ...marks }
  return decision.short === 0
    ? { ...booked, problemCode: null, problem: null, problemTold: null }
    : {
        ...booked,
        problemCode: 'short',
        problem: `${decision.short} more units of "${sku}" are reserved there than the platform has left.`,
        problemTold: { code: 'count-short', facts: { units: decision.short, sku } },
      }
}
