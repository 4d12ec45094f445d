import type { Tx } from '@plimsoll/database'
import {
  type LotBook,
  lockReservationsOf,
  type NewMovement,
  type ReservationRow,
  type StockContext,
  saveReservations,
} from '@plimsoll/stock'
import type { PlacedLine } from './fulfilment/left-alone.ts'
import { pinnedUnits } from './fulfilment/pinned.ts'
import { partsOf } from './fulfilment/settle-line.ts'
import { findOpenLines } from './fulfilment/shipments.store.ts'
import { heldStanding, type Standing, stillHeld } from './held-units.ts'
import { decideOrderChange, isForwardStep, type KnownLine } from './order-change.ts'
import {
  type ChannelHold,
  contentHashOf,
  heldNow,
  type LineFacts,
  type OrderFacts,
  openUnitsOf,
} from './order-facts.ts'
import { decideVersion, type VersionVerdict } from './order-version.ts'
import {
  findLines,
  type LineToSave,
  lockOrderRows,
  type OrderRow,
  type Saved,
  saveLines,
  saveOrderRows,
} from './orders.store.ts'

export type IncomingOrder = {
  facts: OrderFacts
  /** Read directly from the platform just now: settles an equal or missing version. */
  authoritative: boolean
  /** How the hub heard of it: `webhook`, `poll`, `fetch`. */
  seenBy: string
  seenAt: Date
}

export type AppliedOrder = {
  verdict: VersionVerdict
  orderId: string | undefined
  isNew: boolean
  unmapped: LineFacts[]
  /** Where this state says of its channel's holds what was not known before: what holds it now, and how many units. */
  held?: { now: readonly ChannelHold[] } & Standing
  /** Listing units that the platform took off its own number and put back. */
  subtracted: {
    stockUnitId: string
    externalLocationId: string | undefined
    sold: number
    promised?: number
    givenBack: number
    isUnsure?: boolean
    /** By the platform's clock: nothing was taken off before then; undefined: that is not known. */
    notBefore: Date | undefined
  }[]
}

/** What the hub knows of some orders of one connection, locked by the caller's transaction. */
export type KnownOrders = {
  rows: readonly OrderRow[]
  lines: ReadonlyMap<string, KnownLine[]>
  reservations: readonly ReservationRow[]
  /** What shipments are to send; absent: no line is in any. */
  inShipments?: readonly PlacedLine[]
  /** What `lockLotsOfOrders` found. */
  lots?: LotBook | undefined
}

/** Everything that follows from some states of orders; `saveOrders` writes it, but for the movements. */
export type DecidedOrders = {
  /** One entry per incoming order, in order. */
  orders: AppliedOrder[]
  /** To insert in one statement with all others of the transaction. */
  movements: NewMovement[]
  savedOrders: Saved<OrderRow>
  savedLines: Saved<LineToSave>
  savedReservations: Saved<ReservationRow>
}

/** Locks what is known of these orders and reads it; of orders seen for the first time that is nothing. */
export async function lockOrders(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  externalIds: readonly string[],
): Promise<KnownOrders> {
  if (externalIds.length === 0) return { rows: [], lines: new Map(), reservations: [] }
  const rows = await lockOrderRows(tx, organizationId, connectionId, [...new Set(externalIds)])
  const lines = await findLines(
    tx,
    organizationId,
    rows.map((row) => row.orderId),
  )
  const all = [...lines.values()].flat()
  const reservations = await lockReservationsOf(
    tx,
    organizationId,
    all.map((line) => line.lineId),
  )
  const inShipments = all.filter(({ committed }) => committed > 0).map(({ lineId }) => lineId)
  if (inShipments.length === 0) return { rows, lines, reservations }
  return { rows, lines, reservations, inShipments: await findOpenLines(tx, organizationId, inShipments) }
}

/** Decides what states of orders of one connection change, one after the other, each on what the earlier ones left. */
export function decideOrders(
  context: StockContext,
  connection: { connectionId: string; defaultLocationId: string },
  knownOrders: KnownOrders,
  incoming: readonly IncomingOrder[],
): DecidedOrders {
  const known = new Map<string, OrderRow>(knownOrders.rows.map((row) => [row.externalId, row]))
  const lines = new Map(knownOrders.lines)
  const reservations = new Map<string, readonly ReservationRow[]>()
  for (const row of knownOrders.reservations) keepReservation(reservations, row)

  const orders: AppliedOrder[] = []
  const movements: NewMovement[] = []
  const changed = new Map<string, OrderRow>()
  const changedLines = new Map<string, LineToSave>()
  const changedReservations = new Map<string, ReservationRow>()

  for (const { facts: told, authoritative, seenBy, seenAt } of incoming) {
    const row = known.get(told.externalId)
    // A state that does not say what holds the order leaves it as it was.
    const holds = heldNow(told.state, told.holds ?? row?.channelHolds ?? undefined)
    const isKept = told.holds === undefined && holds !== undefined && holds.length > 0
    const facts = { ...told, holds, lines: isKept ? keepHeld(told, row, lines) : told.lines }
    const contentHash = contentHashOf(facts)
    const decided = decideVersion(
      toKnownVersion(row, lines),
      {
        version: facts.version,
        contentHash,
        isForward: row !== undefined && isForwardStep(row.state, lines.get(row.orderId) ?? [], facts),
      },
      authoritative,
    )
    // That nothing holds it is news where nobody had said so.
    const isFirstWord = row?.channelHolds === null && told.holds !== undefined
    const verdict = decided === 'repeated' && isFirstWord ? 'apply' : decided
    if (verdict !== 'apply') {
      orders.push({ verdict, orderId: row?.orderId, isNew: false, unmapped: [], subtracted: [] })
      continue
    }
    const orderId = row?.orderId ?? context.uuid()
    const change = decideOrderChange(
      row === undefined
        ? undefined
        : { orderId, holds: row.channelHolds ?? [], lines: lines.get(orderId) ?? [] },
      reservations,
      facts,
      {
        locationId: placeOf(connection, facts),
        // Which state of the order it was; the order itself is the movement's reference.
        commandKey: `order:${facts.externalId}:${facts.version ?? '-'}:${contentHash.slice(0, 8)}`,
        actor: seenBy,
        orderId,
        effectiveAt: row === undefined ? facts.placedAt : toEffectiveAt(facts, context),
        lots: knownOrders.lots,
        pinnedAt: (lineId, itemId, locationId) =>
          pinnedUnits(
            partsOf(reservations.get(lineId) ?? []),
            (knownOrders.inShipments ?? []).filter((each) => each.lineId === lineId),
          )(itemId, locationId),
        uuid: () => context.uuid(),
      },
    )
    const next: OrderRow = {
      orderId,
      externalId: facts.externalId,
      number: facts.number,
      state: facts.state,
      placedAt: facts.placedAt,
      version: facts.version ?? null,
      contentHash,
      currency: facts.currency ?? null,
      test: facts.test,
      seenBy: row?.seenBy ?? seenBy,
      seenAt: row?.seenAt ?? seenAt,
      // A later state that says nothing of it takes nothing back.
      destination: facts.destination ?? row?.destination ?? null,
      shipBy: facts.shipBy ?? row?.shipBy ?? null,
      shippingMethod: facts.shippingMethod ?? row?.shippingMethod ?? null,
      channelHolds: holds ?? null,
    }
    const held = heldChange(
      { state: row?.state ?? facts.state, holds: row?.channelHolds ?? [], lines: lines.get(orderId) ?? [] },
      { state: facts.state, holds, lines: change.lines },
    )
    known.set(facts.externalId, next)
    lines.set(orderId, change.lines)
    changed.set(orderId, next)
    for (const line of change.lines) changedLines.set(line.lineId, { ...line, orderId })
    for (const reservation of change.reservations) {
      keepReservation(reservations, reservation)
      changedReservations.set(reservation.reservationId, reservation)
    }
    movements.push(...change.movements)
    orders.push({
      verdict,
      orderId,
      isNew: row === undefined,
      unmapped: change.unmapped,
      ...(held !== undefined && { held }),
      subtracted: change.subtracted.map((entry) => ({
        ...entry,
        externalLocationId: facts.externalLocationId,
        notBefore: row === undefined ? facts.placedAt : undefined,
      })),
    })
  }

  const knownLines = [...knownOrders.lines.values()].flat()
  return {
    orders,
    movements,
    savedOrders: byKnown(changed, new Set(knownOrders.rows.map((row) => row.orderId))),
    savedLines: byKnown(changedLines, new Set(knownLines.map((line) => line.lineId))),
    savedReservations: byKnown(
      changedReservations,
      new Set(knownOrders.reservations.map((row) => row.reservationId)),
    ),
  }
}

type Holding = { state: OrderFacts['state']; lines: readonly KnownLine[] }

function heldChange(
  before: Holding & { holds: readonly ChannelHold[] },
  after: Holding & { holds: readonly ChannelHold[] | undefined },
): AppliedOrder['held'] {
  const now = after.holds
  if (now === undefined) return undefined
  const codesOf = (holds: readonly ChannelHold[]) => holds.map(({ code }) => code).sort()
  const unitsOf = ({ lines }: Holding) => lines.map((line) => `${line.externalId} ${stillHeld(line)}`).sort()
  const isSame =
    codesOf(before.holds).join('\n') === codesOf(now).join('\n') &&
    (now.length === 0 || unitsOf(before).join('\n') === unitsOf(after).join('\n'))
  return isSame ? undefined : { now, ...heldStanding(after.state, after.lines) }
}

/**
 * The lines of a state that does not say what holds the order: what was held whole stays so, of the others as many units as were.
 * Of a line that is new nobody has said anything: it waits until somebody does.
 */
function keepHeld(
  told: OrderFacts,
  row: OrderRow | undefined,
  known: ReadonlyMap<string, readonly KnownLine[]>,
): LineFacts[] {
  const before = new Map(
    (row === undefined ? [] : (known.get(row.orderId) ?? [])).map((line) => [line.externalId, line]),
  )
  return told.lines.map((line) => {
    const { held: _, ...unsaid } = line
    const earlier = before.get(line.externalId)
    if (earlier === undefined) return unsaid
    // By the channel's own numbers, as it was told: what has left since without its knowing changes nothing here.
    const { current, platformShipped, channelHeld } = earlier
    const open = openUnitsOf(row?.state ?? 'open', { current, shipped: platformShipped })
    return channelHeld >= open ? unsaid : { ...unsaid, held: channelHeld }
  })
}

/** Where an order's lines reserve; null: nowhere. */
export function placeOf(
  { defaultLocationId }: { defaultLocationId: string },
  { reservesAt }: Pick<OrderFacts, 'reservesAt'>,
): string | null {
  return reservesAt === undefined ? defaultLocationId : reservesAt
}

/** The rows of one owner, in the order in which they were made. */
function keepReservation(rowsByOwner: Map<string, readonly ReservationRow[]>, row: ReservationRow): void {
  const rows = rowsByOwner.get(row.ownerId) ?? []
  const index = rows.findIndex(({ reservationId }) => reservationId === row.reservationId)
  rowsByOwner.set(row.ownerId, index === -1 ? [...rows, row] : rows.with(index, row))
}

function byKnown<Row>(rows: ReadonlyMap<string, Row>, known: ReadonlySet<string>): Saved<Row> {
  const saved = { added: [] as Row[], changed: [] as Row[] }
  for (const [id, row] of rows) (known.has(id) ? saved.changed : saved.added).push(row)
  return saved
}

/** Writes what was decided, less the movements: orders, their lines, what each line holds. */
export async function saveOrders(
  tx: Tx,
  context: StockContext,
  connectionId: string,
  decided: DecidedOrders,
): Promise<void> {
  const { organizationId } = context
  await Promise.all([
    saveOrderRows(tx, organizationId, connectionId, context.now(), decided.savedOrders),
    saveLines(tx, organizationId, connectionId, decided.savedLines),
    saveReservations(tx, context, decided.savedReservations),
  ])
}

function toKnownVersion(row: OrderRow | undefined, lines: ReadonlyMap<string, KnownLine[]>) {
  if (row === undefined) return undefined
  return {
    version: row.version ?? undefined,
    contentHash: row.contentHash,
    hasUnmappedLines: (lines.get(row.orderId) ?? []).some(
      (line) => line.itemId === undefined && line.current > 0,
    ),
  }
}

/** A later state is true since the platform changed it; versions that are times say when, others not. */
function toEffectiveAt(facts: OrderFacts, context: StockContext): Date {
  const now = context.now()
  const version = facts.version ?? 0
  return version > facts.placedAt.getTime() && version < now.getTime() ? new Date(version) : now
}
