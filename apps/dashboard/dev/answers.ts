import type {
  ActivityRow,
  ConnectionRow,
  ExplainNode,
  ItemDetail,
  ItemRow,
  MovementPage,
  Overview,
} from '@plimsoll/client'
import { shownOf, toProtection } from './protection-answers.ts'
import {
  type Cell,
  connections,
  itemCount,
  locations,
  nameOf,
  skuOf,
  trackingOf,
  type World,
} from './world.ts'

/** The development world in the hub's shapes. */

const iso = (ms: number) => new Date(ms).toISOString()
const minuteMs = 60_000

export function toItemRow(world: World, index: number): ItemRow {
  const places = locations.map((location, place) => {
    const figures = world.figuresAt(index, place)
    return {
      locationId: location.locationId,
      ...figures,
      available: figures.onHand - figures.reserved - figures.held,
    }
  })
  const sum = (pick: (place: (typeof places)[number]) => number) =>
    places.reduce((total, place) => total + pick(place), 0)
  return {
    itemId: `item-${index}`,
    sku: skuOf(index),
    name: nameOf(index),
    isKit: false,
    onHand: sum((place) => place.onHand),
    reserved: sum((place) => place.reserved),
    held: sum((place) => place.held),
    incoming: sum((place) => place.incoming),
    available: sum((place) => place.available),
    locations: places,
    channels: connections.flatMap((connection, number) => {
      const cell = world.cellOf(index, number)
      return cell ? [{ connectionId: connection.id, ...cell }] : []
    }),
  }
}

export function toItemDetail(world: World, index: number, nowMs: number): ItemDetail {
  const row = toItemRow(world, index)
  const listings = toListings(world, index, row, nowMs)
  return {
    itemId: row.itemId,
    sku: row.sku,
    name: row.name,
    tracking: trackingOf(index),
    kitKind: 'none',
    onHand: row.onHand,
    reserved: row.reserved,
    held: row.held,
    incoming: row.incoming,
    available: row.available,
    balances: row.locations.map(({ locationId, ...figures }, place) => ({
      locationId,
      locationCode: locations[place]?.code ?? '',
      locationName: locations[place]?.name ?? '',
      ...figures,
    })),
    kit: null,
    protection: toProtection(index, listings, row.available),
    listings,
  }
}

function toListings(world: World, index: number, row: ItemRow, nowMs: number): ItemDetail['listings'] {
  return connections.flatMap((connection, number) => {
    const known = world.cellOf(index, number)
    if (!known) return []
    const desired = shownOf(index, number, row.channels.length, row.available) ?? known.desired
    const cell = { ...known, desired }
    const buffer = world.bufferOf(number)
    return [
      {
        listingId: `listing-${index}-${number}`,
        connectionId: connection.id,
        connectionName: connection.name,
        connector: connection.connector,
        externalId: String(8_400_000_000 + index * 10 + number),
        title: row.name,
        unitsPerListing: 1,
        tracked: cell.status !== 'untracked',
        levels: [
          {
            levelId: `level-${index}-${number}`,
            externalLocation: number < 2 ? 'Main location' : 'default',
            desired: cell.desired,
            acknowledged: cell.acknowledged,
            acknowledgedAt: iso(nowMs - 42_000),
            observed: cell.observed,
            observedAt: iso(nowMs - 4 * minuteMs),
            expected: cell.acknowledged,
            status: cell.status,
            problem: problemOf(cell, connection.name),
            problemTold: null,
            explain: explain(row, cell, buffer, number),
          },
        ],
      },
    ]
  })
}

function problemOf(cell: Cell, name: string): string | null {
  if (cell.status === 'drift') {
    return `${name} shows ${cell.observed} where ${cell.acknowledged} was confirmed. Somebody may have edited it there; the hub writes its own number at the next round.`
  }
  if (cell.status === 'held')
    return `${name} is in shadow: nothing is written. Go live when the numbers look right.`
  return null
}

function explain(row: ItemRow, cell: Cell, buffer: number, connection: number): ExplainNode {
  const rows: ExplainNode[] = [
    {
      label: 'available',
      value: row.available,
      rows: row.locations
        .filter((place) => place.onHand !== 0 || place.reserved !== 0)
        .map((place) => ({
          label: 'location' as const,
          value: place.available,
          detail: locations.find((location) => location.locationId === place.locationId)?.code,
          rows: [
            { label: 'on-hand' as const, value: place.onHand },
            {
              label: 'reserved' as const,
              value: -place.reserved,
              rows:
                place.reserved > 0
                  ? [
                      { label: 'order' as const, value: -1, detail: '#10492' },
                      ...(place.reserved > 1
                        ? [{ label: 'order' as const, value: 1 - place.reserved, detail: '302-8841905' }]
                        : []),
                    ]
                  : undefined,
            },
            { label: 'held' as const, value: -place.held },
          ],
        })),
    },
  ]
  if (buffer > 0) rows.push({ label: 'buffer', value: -buffer, detail: 'connection policy' })
  const rest = cell.desired - (row.available - buffer)
  if (rest !== 0) rows.push({ label: rest > 0 ? 'none-below-zero' : 'demand-buffer', value: rest })
  const promise: ExplainNode = { label: 'promise', value: cell.desired, rows }
  return {
    label: 'desired',
    value: cell.desired,
    rows: connection === 3 ? [promise, { label: 'not-yet-subtracted', value: 0 }] : [promise],
  }
}

export function toMovements(sku: string, cursor: number, limit: number, nowMs: number): MovementPage {
  const total = 130
  const kinds = ['reserve', 'ship', 'receive', 'adjust', 'release', 'hold', 'reserve', 'count', 'transfer-in']
  const rows = []
  for (let number = cursor; number < Math.min(total, cursor + limit); number++) {
    const kind = kinds[number % kinds.length] ?? 'reserve'
    const units = 1 + (number % 4)
    rows.push({
      movementId: `mv-${sku}-${number}`,
      kind,
      locationCode: locations[number % locations.length]?.code ?? 'RTM',
      onHandDelta:
        kind === 'ship'
          ? -units
          : kind === 'receive' || kind === 'transfer-in'
            ? units * 12
            : kind === 'adjust'
              ? -1
              : 0,
      reservedDelta: kind === 'reserve' ? units : kind === 'release' || kind === 'ship' ? -units : 0,
      heldDelta: kind === 'hold' ? units : 0,
      incomingDelta: kind === 'receive' ? -units * 12 : 0,
      reason: kind === 'adjust' ? 'Damaged in picking' : kind === 'count' ? 'Cycle count, aisle 4' : null,
      actor: kind === 'adjust' || kind === 'count' ? 'mei.chen' : 'sync',
      reference:
        kind === 'receive' ? 'PO-2291' : kind === 'reserve' || kind === 'ship' ? `#${10_492 - number}` : null,
      effectiveAt: iso(nowMs - number * 47 * minuteMs - 12_000),
      recordedAt: iso(nowMs - number * 47 * minuteMs - 11_000),
      lotId: null,
      after: { onHand: 480 + (number % 40), reserved: number % 9, held: 0, incoming: 0 },
    })
  }
  const next = cursor + limit
  return { rows, next: next < total ? String(next) : null, archivedBefore: null }
}

/** What a person may have done to a connection since the start. */
export type ConnectionMarks = Map<string, { state: ConnectionRow['state']; reasons: string[] }>

export function toConnections(nowMs: number, marks: ConnectionMarks, random: () => number): ConnectionRow[] {
  return connections.map((connection, number) => {
    const mark = marks.get(connection.id)
    const state = mark?.state ?? 'live'
    const listings = [80_204, 61_117, 40_020, 74_310, 22_871, 12_450][number] ?? 0
    const isBroken = connection.id === 'con-ebay'
    const shadow = state === 'shadow'
    const pending = isBroken ? 318 : shadow ? 0 : Math.floor(random() * 14)
    const drift = [3, 0, 12, 4, 7, 0][number] ?? 0
    const refused = number === 2 ? 2 : 0
    return {
      connectionId: connection.id,
      connector: connection.connector,
      connectorName: connection.platform,
      kind: 'channel',
      colour: connection.colour,
      name: connection.name,
      account: `${connection.name} account`,
      state,
      pauseReasons: mark?.reasons ?? [],
      listings,
      unmapped: number === 4 ? 31 : 0,
      inStep: shadow ? 0 : listings - pending - drift - refused,
      pending,
      refused,
      drift,
      lastOrderAt: iso(nowMs - (isBroken ? 14 * minuteMs : Math.floor(random() * 40_000))),
      ordersKnownUntil: iso(
        nowMs - (isBroken ? 13 * minuteMs : number === 3 ? 124_000 : 1_500 + random() * 3_000),
      ),
      lastWriteAt: shadow ? null : iso(nowMs - (isBroken ? 13 * minuteMs : Math.floor(random() * 9_000))),
      shipsOrdersFrom: null,
      lastWebhookAt: number === 3 ? null : iso(nowMs - Math.floor(random() * 20_000)),
      error: isBroken
        ? 'eBay refuses the access token (it was revoked). Reconnect the account; 318 writes wait and will be sent then.'
        : null,
      errorTold: isBroken
        ? { code: 'unauthorized', facts: { message: 'The token was revoked by the account holder.' } }
        : null,
      errorSince: isBroken ? iso(nowMs - 13 * minuteMs) : null,
      budgetLeft: isBroken ? null : ([0.82, 0.91, 0.64, 0.22, null, 1][number] ?? null),
      budget: null,
      circuit: isBroken
        ? {
            state: 'open' as const,
            since: iso(nowMs - 13 * minuteMs),
            nextProbeAt: iso(nowMs + 20_000),
            failedProbes: 6,
          }
        : null,
      worker: 'stock-1:4018',
    }
  })
}

export function toOverview(
  nowMs: number,
  rows: ConnectionRow[],
  totals: { orders: number; parked: number },
): Overview {
  const sum = (pick: (row: ConnectionRow) => number) => rows.reduce((total, row) => total + pick(row), 0)
  return {
    organization: 'Fairlead Outfitters',
    items: itemCount,
    listings: sum((row) => row.listings),
    inStep: sum((row) => row.inStep),
    pending: sum((row) => row.pending),
    drift: sum((row) => row.drift),
    oversoldItems: 24,
    oversoldUnits: 61,
    parked: totals.parked,
    inboxWaiting: 3,
    ordersToday: 4_812 + totals.orders,
    unitsToday: 7_930 + totals.orders,
    propagationMs: { p50: 612, p99: 2_140, samples: 1_842 },
    orderRate: Array.from({ length: 90 }, (_, bucket) => {
      const at = Math.floor(nowMs / 10_000) - 89 + bucket
      const swell = 6 + 4 * Math.sin(at / 9) + 2 * Math.sin(at / 2.3)
      return {
        at: iso(at * 10_000),
        orders: Math.max(0, Math.round(swell)),
        writes: Math.max(0, Math.round(swell * 4.2 - 3)),
      }
    }),
    connections: rows,
    demo: true,
    now: iso(nowMs),
  }
}

const activityKinds = [
  'order',
  'write-applied',
  'write-applied',
  'order',
  'stock-changed',
  'write-applied',
  'drift-healed',
  'order',
  'write-applied',
  'write-refused',
  'order-cancelled',
  'write-unknown',
  'oversold',
  'parked',
] as const

export function toActivity(number: number, atMs: number): ActivityRow {
  const kind = activityKinds[number % activityKinds.length] ?? 'order'
  const details: Partial<Record<ActivityRow['kind'], string>> = {
    order: `#${10_492 + number}`,
    'order-cancelled': `#${10_400 + number}`,
    'write-refused': 'The product is archived on the platform. Restore it there or unmap the listing.',
    'write-unknown': 'No answer within 10 s; reading back.',
    oversold: 'Two shoppers took the last unit within one second.',
    parked: 'unmapped-listing',
    'stock-changed': 'Cycle count, aisle 4',
  }
  return {
    id: `act-${String(number).padStart(9, '0')}`,
    at: iso(atMs),
    kind,
    connectionId: kind === 'stock-changed' ? null : (connections[number % 5]?.id ?? null),
    sku: kind === 'parked' ? null : skuOf((number * 613) % itemCount),
    quantity:
      kind === 'oversold'
        ? -1
        : kind === 'order'
          ? -1 - (number % 3)
          : kind === 'parked'
            ? null
            : (number * 7) % 120,
    detail: details[kind] ?? null,
    told: null,
  }
}

/** Who asks a hub that has no accounts. */
export const nobody = {
  kind: 'machine' as const,
  ...{ name: null, email: null, personId: null, mayMakeOrganizations: false, mayMakeSample: false },
  organizations: [
    { organizationId: 'org-1', name: 'Harbour & Co.', role: 'owner' as const, isSample: false },
  ],
}
