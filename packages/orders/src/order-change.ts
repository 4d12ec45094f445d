import {
  decideReservation,
  type LotBook,
  type NewMovement,
  NO_RESERVATION,
  type ReservationRow,
  spreadSteps,
} from '@plimsoll/stock'
import { heldUnitsOf, stillLetGo } from './held-units.ts'
import {
  type LineFacts,
  notShownUnitsOf,
  type OrderFacts,
  openUnitsOf,
  unsubtractedUnitsOf,
} from './order-facts.ts'

/** One line as the hub last knew it, in listing units. `reserved` and `released` are what the hub did for it (I11). */
export type KnownLine = {
  lineId: string
  externalId: string
  listingExternalId: string | undefined
  stockUnitId: string | undefined
  itemId: string | undefined
  sku: string | undefined
  title: string
  unitsPerListing: number
  ordered: number
  current: number
  reserved: number
  released: number
  shipped: number
  returned: number
  unsubtracted: number
  /** Of the unsubtracted, not shown on top of what is promised; undefined or absent: as it was. */
  notShown?: number | undefined
  /** In shipments of the hub that may still leave: they stay reserved, whatever the channel says. */
  committed: number
  /** Have left in parcels of the hub, whether the channel knows or not. */
  dispatched: number
  /** What the channel itself says has shipped. */
  platformShipped: number
  /** What the channel itself says has come back. */
  platformReturned: number
  /** Inspected and booked by whoever took them in. */
  takenBack: number
  /** It left by a warehouse that counts for itself: what comes back is in the ledger once the warehouse has it. */
  isTakenBackElsewhere: boolean
  /** A pre-order: nothing of it is sent before then. Null or absent: at once. */
  waitsUntil?: Date | null
  /** Open units that its channel's holds keep from being sent, and how many of those a person sends all the same. */
  channelHeld: number
  letGo: number
}

/** `holds`: what its channel held it for, as far as anybody had said. */
export type KnownOrder = { orderId: string; holds?: OrderFacts['holds']; lines: KnownLine[] }

export type OrderChange = {
  lines: KnownLine[]
  reservations: ReservationRow[]
  movements: NewMovement[]
  /** Listing units that the platform took off its own number and put back, per stock unit. */
  subtracted: Subtracted[]
  unmapped: LineFacts[]
}

export type Subtracted = {
  stockUnitId: string
  sold: number
  /** Of those sold, units that were known to be promised before, and that the platform has taken off only since. */
  promised?: number
  givenBack: number
  /** Nobody knows whether the platform did so: its number is read. */
  isUnsure?: boolean
}

export type ChangeContext = {
  /** Where the lines reserve until the order is routed; null: nowhere, the platform keeps the stock and nothing stands for it. */
  locationId: string | null
  commandKey: string
  actor: string
  orderId: string
  /** The moment the state is true for. */
  effectiveAt: Date
  /** Base units of an order line's item that shipments of the hub are to send from a location; absent: none are. */
  pinnedAt?: ((lineId: string, itemId: string, locationId: string) => number) | undefined
  /** The lots that units which were shipped left from, so far as nothing else is known; undefined: none is tracked so. */
  lots?: LotBook | undefined
  uuid(): string
}

/**
 * Decides what a newer state of an order changes: the difference to the last known one, as movements.
 * The lines are brought to where the state says they stand, so a missed state in between costs nothing.
 */
export function decideOrderChange(
  known: KnownOrder | undefined,
  reservations: ReadonlyMap<string, readonly ReservationRow[]>,
  facts: OrderFacts,
  context: ChangeContext,
): OrderChange {
  const change: OrderChange = { lines: [], reservations: [], movements: [], subtracted: [], unmapped: [] }
  const before = new Map((known?.lines ?? []).map((line) => [line.externalId, line]))

  for (const line of [...facts.lines, ...linesNoLongerThere(before, facts)]) {
    const earlier = before.get(line.externalId)
    // A line stays with the item it reserved, and a kit's with its parts: remapping a listing is for later sales.
    const holder = earlier?.itemId !== undefined && earlier.reserved > 0 ? earlier : line
    const { itemId, unitsPerListing } = holder
    const { committed = 0, dispatched = 0, takenBack = 0, isTakenBackElsewhere = false } = earlier ?? {}
    const shipped = Math.max(line.shipped, dispatched)
    const channelHeld = heldUnitsOf(facts.state, line, line.held, facts.holds)
    const next: KnownLine = {
      lineId: earlier?.lineId ?? context.uuid(),
      externalId: line.externalId,
      listingExternalId: line.listingExternalId,
      stockUnitId: line.stockUnitId ?? earlier?.stockUnitId,
      itemId,
      sku: line.sku,
      title: line.title,
      unitsPerListing,
      ordered: line.ordered,
      current: facts.state === 'cancelled' ? line.shipped : line.current,
      reserved: earlier?.reserved ?? 0,
      released: earlier?.released ?? 0,
      shipped,
      returned: returnedOf({ platformReturned: line.returned, takenBack, isTakenBackElsewhere, shipped }),
      unsubtracted: unsubtractedUnitsOf(facts.state, line),
      notShown: notShownUnitsOf(facts.state, line),
      committed,
      dispatched,
      platformShipped: line.shipped,
      platformReturned: Math.min(line.returned, shipped),
      takenBack,
      isTakenBackElsewhere,
      channelHeld,
      letGo: stillLetGo(earlier?.letGo ?? 0, channelHeld, { now: facts.holds, before: known?.holds }),
    }
    change.lines.push(next)
    if (line.subtracted !== 'never')
      addSubtracted(change, { earlier, next, isUnknown: line.subtracted === 'unknown' })
    // What was reserved before that was known goes its way to the end, where it is.
    const locationId = context.locationId ?? reservations.get(next.lineId)?.at(-1)?.locationId
    if (locationId === undefined) {
      // As good as not mapped: nothing is done for it, until something stands for the place.
      next.itemId = undefined
      continue
    }
    if (itemId === undefined) {
      change.unmapped.push(line)
      continue
    }
    // Until it was mapped nothing was done for the line, whatever its platform said of it.
    const claim = earlier?.itemId === undefined ? NO_RESERVATION : earlier
    const parts = line.parts?.map((part) => ({ ...part, unitsEach: part.unitsEach * unitsPerListing })) ?? [
      { itemId, unitsEach: unitsPerListing },
    ]
    const { reservation, steps } = decideReservation(claim, {
      // What a warehouse may still send stays its own until the warehouse says that it stays.
      open: Math.max(openUnitsOf(facts.state, next), committed),
      shipped: next.shipped,
      returned: next.returned,
    })
    next.reserved = reservation.reserved
    next.released = reservation.released
    if (steps.length === 0) continue
    const { movements, changed } = spreadSteps(
      reservations.get(next.lineId) ?? [],
      parts,
      steps,
      {
        kind: 'recorded',
        ownerKind: 'order-line',
        ownerId: next.lineId,
        orderId: context.orderId,
        expiresAt: null,
        locationId,
        uuid: context.uuid,
        ...(committed > 0 && {
          pinnedAt: (item, place) => context.pinnedAt?.(next.lineId, item, place) ?? 0,
        }),
        // What has left has left, however short its life was: only lots that may not leave at all are passed over.
        assumeLots: (place, units) => context.lots?.pick(place, units, 0) ?? [],
      },
      {
        commandKey: context.commandKey,
        referenceKind: 'order',
        referenceId: context.orderId,
        reason: null,
        actor: context.actor,
        effectiveAt: context.effectiveAt,
      },
    )
    change.movements.push(...movements)
    change.reservations.push(...changed)
  }
  return change
}

const PROGRESS = { pending: 0, open: 1, closed: 2, cancelled: 3 } as const

/**
 * True when a state can only have come after the known one: the order has gone on, and no line gives
 * anything back (units promised or shipped, or what the platform had subtracted already).
 */
export function isForwardStep(
  knownState: OrderFacts['state'],
  knownLines: readonly KnownLine[],
  facts: OrderFacts,
): boolean {
  if (facts.state === 'cancelled' || PROGRESS[facts.state] <= PROGRESS[knownState]) return false
  const incoming = new Map(facts.lines.map((line) => [line.externalId, line]))
  return knownLines.every((known) => {
    const line = incoming.get(known.externalId)
    return (
      line !== undefined &&
      line.current >= known.current &&
      line.shipped >= known.platformShipped &&
      line.returned >= known.platformReturned &&
      unsubtractedUnitsOf(facts.state, line) <= known.unsubtracted
    )
  })
}

/**
 * Units of a line that are back in the ledger: told by its channel (a refund that restocks) and by whoever inspected them, one
 * unit is put back once. What left by a warehouse that counts for itself comes back as that warehouse says.
 */
export function returnedOf(
  line: Pick<KnownLine, 'platformReturned' | 'takenBack' | 'isTakenBackElsewhere' | 'shipped'>,
): number {
  const { platformReturned, takenBack, isTakenBackElsewhere, shipped } = line
  return Math.min(Math.max(takenBack, isTakenBackElsewhere ? 0 : platformReturned), shipped)
}

/** Lines that an edit took out of the order: nothing of them is promised any more. */
function linesNoLongerThere(before: ReadonlyMap<string, KnownLine>, facts: OrderFacts): LineFacts[] {
  if (before.size === 0) return []
  const present = new Set(facts.lines.map((line) => line.externalId))
  return [...before.values()]
    .filter((line) => !present.has(line.externalId))
    .map((line) => ({
      ...line,
      current: line.platformShipped,
      shipped: line.platformShipped,
      returned: line.platformReturned,
      subtracted: 'yes' as const,
    }))
}

/**
 * Where the state does not know what the platform has taken off, neither is known of what it gave back. What was given back
 * and is promised again (a cancelled order that is open once more) it may have taken off anew, or never given back.
 */
function addSubtracted(
  change: OrderChange,
  { earlier, next, isUnknown }: { earlier: KnownLine | undefined; next: KnownLine; isUnknown: boolean },
): void {
  if (next.stockUnitId === undefined) return
  const taken =
    next.ordered - next.unsubtracted - (earlier === undefined ? 0 : earlier.ordered - earlier.unsubtracted)
  const restored = givenBackBy(next) - (earlier === undefined ? 0 : givenBackBy(earlier))
  const sold = Math.max(0, taken) + Math.max(0, -restored)
  const givenBack = Math.max(0, restored) + Math.max(0, -taken)
  const awaited = earlier === undefined ? 0 : Math.max(0, earlier.unsubtracted - next.unsubtracted)
  const promised = Math.min(Math.max(0, taken), awaited)
  if (sold !== 0 || givenBack !== 0)
    change.subtracted.push({
      stockUnitId: next.stockUnitId,
      sold,
      givenBack,
      ...(promised > 0 && { promised }),
      ...(((isUnknown && restored > 0) || restored < 0) && { isUnsure: true }),
    })
}

/** Units of this line that stand in the platform's own number again. */
function givenBackBy(line: KnownLine): number {
  return line.ordered - line.current + line.platformReturned
}
