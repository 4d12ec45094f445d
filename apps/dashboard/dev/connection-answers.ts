import {
  actorList,
  type CallDetail,
  callDetail,
  callLog,
  callPage,
  connectionIntake,
  connectionLocationList,
  countedPlaceList,
  driftPage,
  organizationView,
  pauseList,
  shadowReport,
  staleRules,
} from '@plimsoll/client'
import type { z } from 'zod'
import { ANN } from './alert-answers.ts'
import { placesOf } from './connect-answers.ts'
import { locationsOf } from './location-answers.ts'
import { skuOf } from './world.ts'

const ago = (now: number, seconds: number) => new Date(now - seconds * 1_000).toISOString()

function callsOf(connectionId: string, now: number): CallDetail[] {
  return Array.from({ length: 30 }, (_, number) => {
    const failed = number % 7 === 3
    const direction = number % 3 === 0 ? 'in' : 'out'
    return {
      callId: `00000000-0000-7000-8000-0000000000${String(number + 10)}`,
      connectionId,
      at: ago(now, number * 3),
      direction,
      operation: direction === 'in' ? 'webhook' : number % 2 === 0 ? 'setLevels' : 'orders',
      method: 'POST',
      address: 'shop.example/admin/api/graphql.json',
      status: failed ? 429 : 200,
      error: null,
      sent: true,
      failed,
      waitedMs: number * 2,
      durationMs: 90 + number,
      purpose: direction === 'in' ? null : 'increase',
      requestBytes: 214,
      responseBytes: failed ? 0 : 96,
      platformRequestId: direction === 'in' ? null : `4f1c-${number}`,
      about: [],
      requestHeaders: { 'content-type': 'application/json' },
      responseHeaders: failed ? { 'retry-after': '2' } : {},
      requestBody: '{"query":"mutation","variables":{"quantity":4,"note":"***"}}',
      responseBody: failed ? null : '{"data":{"ok":true}}',
    }
  })
}

/** What the page of a connection asks, by its address; undefined for what is no such address. */
export function answerTo(path: string, now: number): { schema: z.ZodType; body: unknown } | undefined {
  if (path === '/stale-rules')
    return {
      schema: staleRules,
      body: { rows: [{ connectionId: null, afterMs: 900_000, kind: 'notice', amount: 0 }] },
    }
  if (path === '/pauses') return { schema: pauseList, body: { halts: [], connections: [], changes: [] } }
  if (path === '/drifts') return { schema: driftPage, body: driftsOf(now) }
  if (path === '/organization')
    return {
      schema: organizationView,
      body: {
        ...{ organizationId: 'org-1', name: 'Harbour & Co.', role: 'owner' },
        limits: { connections: null, locations: null },
      },
    }
  if (path === '/actors') return { schema: actorList, body: { rows: [{ actor: ANN, name: 'Ann' }] } }
  if (path === '/calls') return { schema: callPage, body: { rows: [], next: null } }
  const [, id = '', what = '', callId] = /^\/connections\/([^/]+)\/([a-z-]+)(?:\/([^/]+))?$/.exec(path) ?? []
  const calls = callsOf(id, now)
  switch (what) {
    case 'places':
      return { schema: countedPlaceList, body: placesOf(path) }
    case 'locations':
      return { schema: connectionLocationList, body: locationsOf(path) }
    case 'calls':
      return callId === undefined
        ? { schema: callPage, body: { rows: calls, next: null } }
        : { schema: callDetail, body: calls.find((call) => call.callId === callId) }
    case 'call-log':
      return {
        schema: callLog,
        body: {
          mode: 'all',
          callsMax: 2_000,
          hoursMax: 72,
          kept: calls.length,
          oldestAt: ago(now, 90),
          operations: ['orders', 'setLevels', 'webhook'],
          dropped: 12,
          droppedAt: ago(now, 40),
          changedBy: null,
          changedAt: null,
        },
      }
    case 'intake':
      return { schema: connectionIntake, body: intakeOf(id, now) }
    case 'shadow':
      return { schema: shadowReport, body: shadowOf() }
    default:
      return undefined
  }
}

function driftsOf(now: number): z.infer<typeof driftPage> {
  const rows = [
    { observed: 12, expected: 9, cause: 'edited-on-platform', rule: 'ask' },
    { observed: 1_240, expected: 1_260, cause: 'edited-on-platform', rule: 'platform-wins' },
    { observed: 4, expected: 3, cause: 'platform-correction', rule: null },
  ].map((each, number) => ({
    ...each,
    driftId: `00000000-0000-7000-8000-00000000d0${number}0`,
    connectionId: 'con-shopify',
    levelId: `level-${number}`,
    sku: number === 2 ? null : skuOf(number),
    listing:
      number === 2
        ? null
        : {
            listingId: `listing-${number}`,
            externalId: `84120099${number}1`,
            title: 'Deck shoe, navy, size 43',
          },
    place: 'main',
    accepting: number === 1 ? null : { location: 'EAST', units: (each.observed - each.expected) * 6 },
    healed: 'asked',
    foundAt: ago(now, 400 + number * 900),
    healedAt: null,
  }))
  return { asked: rows.length, rows, next: null }
}

function intakeOf(connectionId: string, now: number): z.infer<typeof connectionIntake> {
  return {
    connectionId,
    editRule: 'hub-wins',
    webhooks: {
      verdict: 'healthy',
      arrived: 89,
      missed: 1,
      delayMs: 790,
      lastWebhookAt: ago(now, 2),
      judgedAt: ago(now, 30),
      checkedAt: ago(now, 300),
      repairs: 0,
      repairedAt: null,
      failures: 0,
      problem: null,
    },
    streams: [
      {
        stream: 'orders',
        since: ago(now, 60),
        readAt: ago(now, 6),
        changedAt: ago(now, 9),
        nextAt: null,
        failures: 0,
        problem: null,
      },
    ],
    staleOrders: null,
    gaps: [],
    jobs: [],
  }
}

function shadowOf(): z.infer<typeof shadowReport> {
  const differences = ['up', 'down', 'zero', 'same'] as const
  const rows = Array.from({ length: 240 }, (_, number) => {
    const difference = differences[number % differences.length] ?? 'same'
    const shows = 5 + (number % 9)
    const wouldShow = { up: shows + 3, down: shows - 2, zero: 0, same: shows }[difference]
    return {
      levelId: `level-${number}`,
      listing: `listing-${number}`,
      sku: skuOf(number),
      title: `Item ${number}`,
      location: 'Main warehouse',
      shows,
      wouldShow,
      because: difference === 'zero' ? 'below-floor' : 'available',
      difference,
    }
  })
  const count = (difference: string) => rows.filter((row) => row.difference === difference).length
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((units, row) => units + of(row), 0)
  return {
    totals: {
      levels: rows.length,
      up: count('up'),
      down: count('down'),
      zero: count('zero'),
      same: count('same'),
      unknown: 0,
      untouched: 0,
      unitsMapped: sum(({ shows }) => shows),
      unitsUnmapped: 0,
      unitsWouldShow: sum(({ wouldShow }) => wouldShow),
    },
    rows,
  }
}
