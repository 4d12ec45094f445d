import type { Tx } from '@plimsoll/database'
import {
  lockReservationsOf,
  type NewMovement,
  type ReservationRow,
  type StockContext,
  saveReservations,
} from '@plimsoll/stock'
import { decideOrderChange, isForwardStep, type KnownLine } from './order-change.ts'
import { contentHashOf, type LineFacts, type OrderFacts } from './order-facts.ts'
import { decideVersion, type VersionVerdict } from './order-version.ts'
import { findLines, lockOrders, type OrderRow, saveLines, saveOrders } from './orders.store.ts'

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
  subtracted: { stockUnitId: string; externalLocationId: string | undefined; units: number }[]
}

/**
 * Applies states of orders of one connection, in order, as part of the caller's transaction. Writes
 * orders, lines and reservations; hands the movements back, since one statement must write all of a
 * transaction's movements.
 * @returns one entry per incoming order, and the movements to insert last
 */
export async function applyOrders(
  tx: Tx,
  context: StockContext,
  connection: { connectionId: string; defaultLocationId: string },
  incoming: readonly IncomingOrder[],
): Promise<{ orders: AppliedOrder[]; movements: NewMovement[] }> {
  if (incoming.length === 0) return { orders: [], movements: [] }
  const { organizationId } = context
  const externalIds = [...new Set(incoming.map((order) => order.facts.externalId))]
  const rows = await lockOrders(tx, organizationId, connection.connectionId, externalIds)
  const known = new Map<string, OrderRow>(rows.map((row) => [row.externalId, row]))
  const lines = await findLines(
    tx,
    organizationId,
    rows.map((row) => row.orderId),
  )
  const lineIds = [...lines.values()].flat().map((line) => line.lineId)
  const held = await lockReservationsOf(tx, organizationId, lineIds)
  const reservations = new Map<string, ReservationRow>(held.map((row) => [row.ownerId, row]))

  const orders: AppliedOrder[] = []
  const movements: NewMovement[] = []
  const changed = new Map<string, OrderRow>()
  const changedLines = new Map<string, KnownLine & { orderId: string }>()
  const changedReservations = new Map<string, ReservationRow>()

  for (const { facts, authoritative, seenBy, seenAt } of incoming) {
    const row = known.get(facts.externalId)
    const contentHash = contentHashOf(facts)
    const verdict = decideVersion(
      toKnownVersion(row, lines),
      {
        version: facts.version,
        contentHash,
        isForward: row !== undefined && isForwardStep(row.state, lines.get(row.orderId) ?? [], facts),
      },
      authoritative,
    )
    if (verdict !== 'apply') {
      orders.push({ verdict, orderId: row?.orderId, isNew: false, unmapped: [], subtracted: [] })
      continue
    }
    const orderId = row?.orderId ?? context.uuid()
    const change = decideOrderChange(
      row === undefined ? undefined : { orderId, lines: lines.get(orderId) ?? [] },
      reservations,
      facts,
      {
        locationId: connection.defaultLocationId,
        commandKey: `order:${connection.connectionId}:${facts.externalId}:${facts.version ?? '-'}:${contentHash.slice(0, 12)}`,
        actor: seenBy,
        orderId,
        effectiveAt: row === undefined ? facts.placedAt : toEffectiveAt(facts, context),
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
    }
    known.set(facts.externalId, next)
    lines.set(orderId, change.lines)
    changed.set(orderId, next)
    for (const line of change.lines) changedLines.set(line.lineId, { ...line, orderId })
    for (const reservation of change.reservations) {
      reservations.set(reservation.ownerId, reservation)
      changedReservations.set(reservation.reservationId, reservation)
    }
    movements.push(...change.movements)
    orders.push({
      verdict,
      orderId,
      isNew: row === undefined,
      unmapped: change.unmapped,
      subtracted: change.subtracted.map((entry) => ({
        ...entry,
        externalLocationId: facts.externalLocationId,
      })),
    })
  }

  await Promise.all([
    saveOrders(tx, organizationId, connection.connectionId, context.now(), [...changed.values()]),
    saveLines(tx, organizationId, connection.connectionId, [...changedLines.values()]),
    saveReservations(tx, context, [...changedReservations.values()]),
  ])
  return { orders, movements }
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
