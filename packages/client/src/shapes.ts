import { z } from 'zod'
import { toldParked, toldProblem } from './told-problem.ts'
import { toldActivity } from './told-trouble.ts'

/**
 * What the hub's API answers under `/api/v1`, as Zod schemas: the hub checks its answers against them
 * in tests, the client and the dashboard take their types from them. Quantities of items are base units,
 * quantities of listings and levels are listing units; instants are ISO 8601 in UTC.
 */

const instant = z.iso.datetime()
const count = z.int()

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** Stable, see docs/reference/errors.md. */
  code: z.string(),
  /** What went wrong and how to cure it, one or two plain sentences. */
  detail: z.string(),
  /** The field of the request it is about, where there is one. */
  field: z.string().optional(),
})
export type Problem = z.infer<typeof problem>

export const balanceFigures = z.object({
  onHand: count,
  reserved: count,
  held: count,
  incoming: count,
  /** onHand − reserved − held; may be negative (oversold). */
  available: count,
})

/** One cell of the grid: an item on one connection (all its levels there added up). */
export const channelCell = z.object({
  connectionId: z.string(),
  desired: count.nullable(),
  acknowledged: count.nullable(),
  observed: count.nullable(),
  /** `in-step`: the platform shows what is desired; `pending`: a write waits or flies; `held`: paused, shadow or refused. */
  status: z.enum(['in-step', 'pending', 'held', 'untracked', 'drift']),
})

export const itemRow = z.object({
  itemId: z.string(),
  sku: z.string(),
  name: z.string(),
  isKit: z
    .boolean()
    .describe('A virtual kit: `available` is what its parts allow, and it has no other figures of its own.'),
  ...balanceFigures.shape,
  locations: z.array(z.object({ locationId: z.string(), ...balanceFigures.shape })),
  channels: z.array(channelCell),
})
export type ItemRow = z.infer<typeof itemRow>

/** GET /items?search=&offset=&limit=&filter= (limit ≤ 500; filter: all | oversold | out | drift | pending). */
export const itemPage = z.object({
  total: count,
  offset: count,
  rows: z.array(itemRow),
})
export type ItemPage = z.infer<typeof itemPage>

/**
 * GET /item-names?search=&offset=&limit=&filter= (limit ≤ 25,000): what stands in the first column of a long
 * stretch of the same list. A row of the page itself knows better, should the two differ.
 */
export const itemNames = z.object({
  offset: count,
  skus: z.array(z.string()),
  /** As many as `skus`, in the same order. */
  names: z.array(z.string()),
})
export type ItemNames = z.infer<typeof itemNames>

export const locationRow = z.object({
  locationId: z.string(),
  code: z.string(),
  name: z.string(),
  kind: z.string(),
  /** Where its days begin and end, which lots expire by. */
  timeZone: z.string(),
})
export type LocationRow = z.infer<typeof locationRow>

/** GET /items/:sku/movements?location=&lot=&kind=&from=&to=&cursor=&limit= newest first. */
export const movementRow = z.object({
  movementId: z.string(),
  kind: z.string(),
  locationCode: z.string(),
  onHandDelta: count,
  reservedDelta: count,
  heldDelta: count,
  incomingDelta: count,
  reason: z.string().nullable(),
  actor: z.string(),
  reference: z.string().nullable(),
  effectiveAt: instant,
  recordedAt: instant,
  lotId: z.string().nullable(),
  /** Figures of what was asked about (the item, at a location, of a lot) right after this movement. */
  after: z.object({ onHand: count, reserved: count, held: count, incoming: count }),
})
export const movementPage = z.object({
  rows: z.array(movementRow),
  next: z.string().nullable(),
  /** Older movements lie in files; null where none do. */
  archivedBefore: instant.nullable(),
})
export type MovementPage = z.infer<typeof movementPage>

export const connectionRow = z.object({
  connectionId: z.string(),
  connector: z.string(),
  connectorName: z.string(),
  /** `warehouse`: it counts and sends, and shows nothing to shoppers. */
  kind: z.enum(['channel', 'warehouse', 'erp']),
  colour: z.string(),
  name: z.string(),
  /** Whose account it is, by the platform's name for it; null until the platform was asked. */
  account: z.string().nullable(),
  state: z.enum(['draft', 'shadow', 'live', 'paused']),
  /** A set of reasons, each removed by its own cure; empty unless paused. */
  pauseReasons: z.array(z.string()),
  listings: count,
  unmapped: count,
  inStep: count,
  pending: count,
  refused: count,
  drift: count,
  /** Newest order known from this connection. */
  lastOrderAt: instant.nullable(),
  /** Up to this moment every order is known (the fence); null before the first read. */
  ordersKnownUntil: instant.nullable(),
  lastWriteAt: instant.nullable(),
  lastWebhookAt: instant.nullable(),
  /** The hub sends its orders that were placed since then; null: somebody else sends them. */
  shipsOrdersFrom: instant.nullable(),
  /** The newest error, one plain sentence with its cure; null when all is well. */
  error: z.string().nullable(),
  errorTold: toldProblem
    .nullable()
    .describe('The same for every language; null where it was noted before this was kept.'),
  errorSince: instant.nullable(),
  /** Budget gauge 0..1 (1: nothing spent); null when unknown in this process. */
  budgetLeft: z.number().nullable(),
  /** Its budgets in this process; null where another works the connection. */
  budget: z
    .object({
      /** 0..1 of the declared pace: below 1 it was learned that the platform throttles earlier. */
      pace: z.number(),
      /** The platform asked for a pause until then. */
      blockedUntil: instant.nullable(),
      buckets: z.array(
        z.object({ name: z.string(), left: z.number(), capacity: z.number(), pace: z.number() }),
      ),
    })
    .nullable(),
  /** Set while the platform fails: no call is made but one to try, at the moment named. Null: calls go through. */
  circuit: z
    .object({
      state: z.enum(['open', 'half-open']),
      since: instant,
      nextProbeAt: instant,
      failedProbes: count,
    })
    .nullable(),
  /** The hub process that works it, by name; null: nobody does just now. */
  worker: z.string().nullable(),
})
export type ConnectionRow = z.infer<typeof connectionRow>
/** GET /processes */
export const processList = z.object({
  rows: z.array(
    z.object({
      processId: z.string(),
      /** Machine and process number. */
      name: z.string(),
      roles: z.array(z.string()),
      startedAt: instant,
      /** When it was last heard of. */
      seenAt: instant,
      /** False: not heard of for longer than a lease lasts; what it held has moved on. */
      isAlive: z.boolean(),
      /** What it works. */
      connections: z.array(z.object({ connectionId: z.string(), name: z.string() })),
    }),
  ),
})

/** GET /connections */
export const connectionList = z.object({ rows: z.array(connectionRow) })

/** GET /overview */
export const overview = z.object({
  organization: z.string(),
  items: count,
  listings: count,
  inStep: count,
  pending: count,
  drift: count,
  oversoldItems: count,
  oversoldUnits: count,
  parked: count,
  inboxWaiting: count,
  ordersToday: count,
  unitsToday: count,
  /** From the sale's arrival to the other channels told, over the last 15 minutes; null without samples. */
  propagationMs: z.object({ p50: z.number(), p99: z.number(), samples: count }).nullable(),
  /** Orders per 10 s for the last 15 minutes, oldest first. */
  orderRate: z.array(z.object({ at: instant, orders: count, writes: count })),
  connections: z.array(connectionRow),
  /** True in the demo: fault switches are offered. */
  demo: z.boolean(),
  now: instant,
})
export type Overview = z.infer<typeof overview>

/** GET /activity?cursor=&limit= newest first; also pushed live. */
export const activityRow = z.object({
  id: z.string(),
  at: instant,
  kind: z.enum([
    'order',
    'order-cancelled',
    'write-applied',
    'write-refused',
    'write-unknown',
    'drift-healed',
    'oversold',
    'parked',
    'replayed',
    'stock-changed',
    'connection',
  ]),
  connectionId: z.string().nullable(),
  sku: z.string().nullable(),
  /** Signed units or the quantity written, as the kind suggests. */
  quantity: count.nullable(),
  /** Order number, reason, error sentence. */
  detail: z.string().nullable(),
  told: toldActivity.nullable().describe('The same for every language, where it is known.'),
})
export const activityPage = z.object({ rows: z.array(activityRow), next: z.string().nullable() })
export type ActivityPage = z.infer<typeof activityPage>
export type ActivityRow = z.infer<typeof activityRow>

/** GET /parked?cursor=&limit= oldest first. POST /parked/:id/replay, POST /parked/replay {reasonCode?} */
export const parkedRow = z.object({
  inboxId: z.string(),
  connectionId: z.string(),
  subject: z.string(),
  source: z.string(),
  receivedAt: instant,
  parkedAt: instant,
  attempts: count,
  /** What it shares with others: the connection, the reason and what is missing. POST /parked/replay {cause} */
  cause: z.string(),
  /** Stable code: `unmapped-listing`, `malformed`, `unknown-status`, … The screen groups by it. */
  reasonCode: z.string(),
  /** What is wrong and the cure, one or two plain sentences. */
  reason: z.string(),
  told: toldParked
    .nullable()
    .describe('The same for every language; null where it was parked before this was kept.'),
  /** Redacted payload, pretty JSON, at most 4,000 characters. */
  payload: z.string(),
})
export const parkedPage = z.object({ total: count, rows: z.array(parkedRow), next: z.string().nullable() })
export type ParkedPage = z.infer<typeof parkedPage>

/** GET /parked/groups: the largest first, at most 200. */
export const parkedGroups = z.object({
  rows: z.array(
    z.object({
      cause: z.string(),
      connectionId: z.string(),
      reasonCode: z.string(),
      reason: z.string(),
      events: count,
      /** Of how many orders, levels or listings. */
      subjects: count,
      oldestAt: instant,
      newestAt: instant,
    }),
  ),
})
export type ParkedGroups = z.infer<typeof parkedGroups>
export const replayResult = z.object({
  /** Asks how far it is; null where nothing was replayed. GET /parked/replays/:id */
  replayId: z.string().nullable(),
  /** Put back in line; the sum of the other three. */
  replayed: count,
  /** Applied, or found to be known already. */
  applied: count,
  /** Not applied yet when the hub answered: it goes on with them. */
  waiting: count,
  /** Parked again, with their reason. */
  stillParked: count,
})

/** GET /demo (404 outside the demo), PUT /demo/faults */
export const faultSwitches = z.object({
  slow: z.boolean(),
  duplicates: z.boolean(),
  reordering: z.boolean(),
  lostWebhooks: z.boolean(),
  throttling: z.boolean(),
  serverErrors: z.boolean(),
})
export type FaultSwitches = z.infer<typeof faultSwitches>
export const demoState = z.object({
  storefronts: z.array(z.object({ connectionId: z.string(), name: z.string(), url: z.string() })),
  faults: faultSwitches,
})
export type DemoState = z.infer<typeof demoState>

/**
 * GET /stream: server-sent events. Each is a hint: read again what it names.
 * event `changed`, data {topics: Topic[], skus: string[] (at most 200; empty means "any")}; event `activity`, data ActivityRow[].
 */
export const streamTopic = z.enum([
  'overview',
  'items',
  'connections',
  'parked',
  'activity',
  'tasks',
  'alerts',
])
export const changedEvent = z.object({ topics: z.array(streamTopic), skus: z.array(z.string()) })
export type ChangedEvent = z.infer<typeof changedEvent>
