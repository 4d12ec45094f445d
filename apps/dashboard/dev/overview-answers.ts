import {
  type ConnectionRow,
  type FirstDay,
  firstDay,
  type OverviewFlow,
  type OverviewSeries,
  overview,
  overviewFlow,
  overviewSeries,
} from '@plimsoll/client'
import type { z } from 'zod'
import { toOverview } from './answers.ts'
import { createRandom, locations } from './world.ts'

/** What the charts and the map draw, of the development world. */

const iso = (ms: number) => new Date(ms).toISOString()
const spans = { day: [24, 3_600_000], week: [28, 21_600_000], month: [30, 86_400_000] } as const

export function toSeries(span: OverviewSeries['span'], rows: ConnectionRow[], nowMs: number): OverviewSeries {
  const [steps, stepMs] = spans[span]
  const random = createRandom(steps)
  const first = Math.floor(nowMs / stepMs) * stepMs - (steps - 1) * stepMs
  return {
    span,
    stepMs,
    steps: Array.from({ length: steps }, (_, step) => {
      const swell = 1 + 0.6 * Math.sin(step / 3.7) + 0.3 * random()
      const isQuiet = span === 'day' && step > 3 && step < 6
      const sales = isQuiet
        ? []
        : rows.slice(0, 5).map((row, number) => {
            const orders = Math.round((swell * stepMs) / 36_000 / (number + 1))
            return { connectionId: row.connectionId, orders, units: Math.round(orders * (1.4 + random())) }
          })
      return {
        at: iso(first + step * stepMs),
        sales,
        writes: sales.reduce((sum, { orders }) => sum + orders * 4, 0),
        emptied: isQuiet ? 0 : Math.round(swell * 9),
        delayMs: isQuiet ? null : { p50: 480 + 200 * random(), p99: 1_900 + 2_400 * random() },
        stock:
          step < 2
            ? null
            : { onHand: 9_204_000 - step * 14_000, reserved: Math.round(911_000 + 40_000 * swell) },
        oversoldUnits: step % 11 === 7 ? 2 : 0,
      }
    }),
    now: iso(nowMs),
  }
}

const warehouses = [
  ['wms-rtm', 'shipbob', 'ShipBob', 'Rotterdam 3PL', 'warehouse', 'loc-rtm'],
  ['wms-ewr', 'edi', 'EDI', 'Newark overseas', 'warehouse', 'loc-ewr'],
  ['erp-1', 'netsuite', 'NetSuite', 'NetSuite', 'erp', ''],
] as const

/** @param size connections beside those of the world, to look at a map of many */
export function toFlow(rows: ConnectionRow[], nowMs: number, size: number): OverviewFlow {
  const random = createRandom(Math.floor(nowMs / 3_000))
  const live = {
    error: null,
    errorTold: null,
    isRefused: false,
    shipmentsOpen: 0,
    parked: 0,
    ordersKnownUntil: iso(nowMs - 2_000),
  }
  const shops = rows.map((row, number) => ({
    ...live,
    connectionId: row.connectionId,
    connector: row.connector,
    connectorName: row.connectorName,
    colour: row.colour,
    name: row.name,
    kind: 'channel' as const,
    state: row.state,
    isRefused: row.error !== null,
    error: row.error,
    ordersPerMinute: row.error === null ? Math.round(random() * 90) / 5 : 0,
    writesPerMinute: row.error === null ? Math.round(random() * 300) / 5 : 0,
    delayMs: row.error === null ? 400 + random() * 800 : null,
    waiting: row.pending,
    parked: number === 2 ? 29 : 0,
    ordersKnownUntil: row.ordersKnownUntil,
  }))
  const more = Array.from({ length: size }, (_, number) => {
    const like = rows[number % rows.length]
    return {
      ...live,
      connectionId: `more-${number}`,
      connector: like?.connector ?? 'shop',
      connectorName: like?.connectorName ?? 'Shop',
      colour: like?.colour ?? '#808080',
      name: `${like?.connectorName} ${['DE', 'FR', 'NL', 'PL', 'US', 'JP'][number % 6]} ${number}`,
      kind: 'channel' as const,
      state: 'live' as const,
      ordersPerMinute: Math.round(random() * 20) / 5,
      writesPerMinute: Math.round(random() * 60) / 5,
      delayMs: 300 + random() * 400,
      waiting: number % 37 === 5 ? 4 : 0,
      parked: number === 61 ? 3 : 0,
    }
  })
  const others = warehouses.map(([connectionId, connector, connectorName, name, kind], number) => ({
    ...live,
    connectionId,
    connector,
    connectorName,
    colour: '#3f6c86',
    name,
    kind,
    state: 'live' as const,
    ordersPerMinute: 0,
    writesPerMinute: number === 2 ? 0.4 : 0,
    delayMs: null,
    waiting: number,
    shipmentsOpen: number === 2 ? 0 : 14 + number,
  }))
  return {
    connections: [...shops, ...more, ...others],
    locations: locations.map((location, number) => ({
      ...location,
      countedBy: warehouses.find(([, , , , , place]) => place === location.locationId)?.[0] ?? null,
      onHand: Math.round(4_000_000 / (number + 1)),
    })),
    now: iso(nowMs),
  }
}

/** What an address of the overview is answered, and its shape. */
export function toAnswer(
  path: string,
  query: URLSearchParams,
  world: {
    rows: ConnectionRow[]
    now: number
    totals: { orders: number; parked: number }
    scenario: { empty: boolean; more: number }
  },
): { shape: z.ZodType; answer: unknown } {
  const { rows, now, scenario } = world
  if (path === '/overview/series') {
    const span = query.get('span')
    const series = toSeries(span === 'week' || span === 'month' ? span : 'day', rows, now)
    const none = { sales: [], writes: 0, emptied: 0, delayMs: null, stock: null, oversoldUnits: 0 }
    const steps = series.steps.map((step) => (scenario.empty ? { ...step, ...none } : step))
    return { shape: overviewSeries, answer: { ...series, steps } }
  }
  if (path === '/first-day') {
    return { shape: firstDay, answer: { isLive: !scenario.empty, steps: toFirstDay() } }
  }
  if (path === '/overview/flow') {
    const flow = toFlow(rows, now, scenario.more)
    return {
      shape: overviewFlow,
      answer: scenario.empty ? { ...flow, connections: [], locations: [] } : flow,
    }
  }
  const answer = toOverview(now, rows, world.totals)
  const counts = {
    items: 0,
    parked: 0,
    oversoldItems: 0,
    oversoldUnits: 0,
    inboxWaiting: 0,
    ordersToday: 0,
    unitsToday: 0,
  }
  const none = { ...answer, ...counts, propagationMs: null, orderRate: [], demo: false }
  return { shape: overview, answer: scenario.empty ? none : answer }
}

/** A brand that has just begun. */
function toFirstDay(): FirstDay['steps'] {
  const steps = [
    'location',
    'connect',
    'map-locations',
    'import',
    'match',
    'preview',
    'shadow',
    'live',
  ] as const
  return steps.map((step) => ({ step, isDone: step === 'location', connectionId: null }))
}
