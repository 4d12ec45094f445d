import { z } from 'zod'

/** What can be watched. A rule says one of it, with its thresholds; each alert is about one subject of it. */
export const ALERT_KINDS = [
  'low-stock',
  'low-cover',
  'low-on-channel',
  'oversold',
  'stale-connection',
  'connection-stopped',
  'parked-events',
  'drift',
  'expiring-lots',
  'stuck-shipments',
  'old-tasks',
] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

export const SEVERITIES = ['critical', 'warning', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]

export const TIMINGS = ['at-once', 'hourly', 'daily'] as const
type Timing = (typeof TIMINGS)[number]

const units = z.number().int().min(-1_000_000_000).max(1_000_000_000)
const count = z.number().int().min(1).max(1_000_000)
const hours = z.number().min(0.1).max(8_760)

/** The thresholds of each kind. */
const parametersOf = {
  /** Available base units, at most so many; at each location, or over all of them. */
  'low-stock': z.strictObject({ units, per: z.enum(['location', 'item']).default('location') }),
  /** Lasts no longer than so many days, as replenishment measures demand. */
  'low-cover': z.strictObject({ days: z.number().min(0).max(1_000) }),
  /** Listing units that a channel is to show, at most so many. */
  'low-on-channel': z.strictObject({ units }),
  oversold: z.strictObject({ units: count.default(1) }),
  /** Its orders are not known since so many minutes. */
  'stale-connection': z.strictObject({ minutes: z.number().int().min(1).max(100_000) }),
  /** Paused, shut out by its platform (refused), or left alone since it keeps failing (circuit). */
  'connection-stopped': z.strictObject({
    why: z
      .array(z.enum(['paused', 'refused', 'circuit']))
      .min(1)
      .default(['paused', 'refused', 'circuit']),
  }),
  'parked-events': z.strictObject({ events: count.default(1) }),
  /** Differences that reconciliation found at a connection within so many hours. */
  drift: z.strictObject({ differences: count.default(1), hours: hours.default(24) }),
  'expiring-lots': z.strictObject({ days: z.number().int().min(0).max(3_650) }),
  'stuck-shipments': z.strictObject({ hours }),
  'old-tasks': z.strictObject({ hours }),
} as const satisfies Record<AlertKind, z.ZodObject>

type ParametersOf<Kind extends AlertKind> = z.output<(typeof parametersOf)[Kind]>

/** A kind with its thresholds, checked. */
export type Watched = { [Kind in AlertKind]: { kind: Kind; parameters: ParametersOf<Kind> } }[AlertKind]

/** Which scope a kind heeds: those that it does not are refused. */
export const SCOPES_OF: Readonly<Record<AlertKind, readonly ('item' | 'location' | 'connection')[]>> = {
  'low-stock': ['item', 'location'],
  'low-cover': ['item', 'location'],
  'low-on-channel': ['item', 'connection'],
  oversold: ['item'],
  'stale-connection': ['connection'],
  'connection-stopped': ['connection'],
  'parked-events': ['connection'],
  drift: ['connection'],
  'expiring-lots': ['item'],
  'stuck-shipments': ['location'],
  'old-tasks': ['connection'],
}

/** Of these only what changed since the last look is looked at, but for a sweep now and then. */
export const FOLLOWS_ITEMS: ReadonlySet<AlertKind> = new Set(['low-stock', 'low-cover', 'low-on-channel'])

export type AlertRule = {
  ruleId: string
  name: string
  watched: Watched
  severity: Severity
  itemId: string | null
  locationId: string | null
  connectionId: string | null
  opensAfterSeconds: number
  clearsAfterSeconds: number
  timing: Timing
  dailyAtMinute: number
  timeZone: string
  quietFromMinute: number | null
  quietUntilMinute: number | null
  tellsResolved: boolean
  destinationIds: string[]
  isOn: boolean
}

/** @throws ZodError naming the threshold that is missing or wrong */
export function parseWatched(kind: AlertKind, parameters: unknown): Watched {
  // The schema was just looked up by this very kind.
  return { kind, parameters: parametersOf[kind].parse(parameters) } as Watched
}

/** What each organization begins with: shown on the screen, told to nobody. */
export function defaultRules(uuid: () => string): AlertRule[] {
  const rule = (
    name: string,
    severity: Severity,
    watched: Watched,
    rest: Partial<AlertRule> = {},
  ): AlertRule => ({
    ruleId: uuid(),
    name,
    watched,
    severity,
    itemId: null,
    locationId: null,
    connectionId: null,
    opensAfterSeconds: 0,
    clearsAfterSeconds: 300,
    timing: 'at-once',
    dailyAtMinute: 8 * 60,
    timeZone: 'UTC',
    quietFromMinute: null,
    quietUntilMinute: null,
    tellsResolved: true,
    destinationIds: [],
    isOn: true,
    ...rest,
  })
  return [
    rule('Sold more than is there', 'critical', { kind: 'oversold', parameters: { units: 1 } }),
    rule(
      'A connection stands still',
      'critical',
      { kind: 'connection-stopped', parameters: { why: ['paused', 'refused', 'circuit'] } },
      { opensAfterSeconds: 60 },
    ),
    rule('Orders of a channel are not known', 'warning', {
      kind: 'stale-connection',
      parameters: { minutes: 30 },
    }),
    rule(
      'Events are parked',
      'warning',
      { kind: 'parked-events', parameters: { events: 1 } },
      { opensAfterSeconds: 120 },
    ),
    rule('A channel showed other numbers', 'info', {
      kind: 'drift',
      parameters: { differences: 10, hours: 1 },
    }),
    rule(
      'Runs low',
      'warning',
      { kind: 'low-cover', parameters: { days: 3 } },
      { timing: 'daily', clearsAfterSeconds: 3_600 },
    ),
    rule(
      'Lots expire soon',
      'info',
      { kind: 'expiring-lots', parameters: { days: 30 } },
      { timing: 'daily', clearsAfterSeconds: 3_600 },
    ),
    rule('Shipments are stuck', 'warning', { kind: 'stuck-shipments', parameters: { hours: 24 } }),
    rule(
      'Tasks wait for a day',
      'info',
      { kind: 'old-tasks', parameters: { hours: 24 } },
      { timing: 'daily' },
    ),
  ]
}
