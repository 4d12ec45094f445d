import type { Alert, AlertDestination, AlertRule } from '@plimsoll/client'

/** Alerts of the in-memory world: one of each severity, one that somebody looks after, a destination that fails. */

/** As the hub calls people: by an id, whose name stands among the actors. */
export const ANN = 'user:0199c1f0-0000-7000-8000-0000000000a1'

const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString()
const ruleId = (nth: number) => `0199c1f0-0000-7000-8000-00000000000${nth}`

function alert(nth: number, changes: Partial<Alert>): Alert {
  return {
    alertId: `0199c1f0-0000-7000-8000-0000000001${String(nth).padStart(2, '0')}`,
    ruleId: ruleId(1),
    rule: 'Sold more than is there',
    kind: 'oversold',
    severity: 'critical',
    text: { en: 'MUG: 2 units sold beyond what is there', zh: 'MUG：超卖 2 件' },
    sku: 'MUG',
    connectionId: null,
    value: 2,
    openedAt: at(nth * 7),
    clearSince: null,
    resolvedAt: null,
    snoozedUntil: null,
    snoozedBy: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    acknowledgedUntil: null,
    note: null,
    ...changes,
  }
}

const parked = {
  rule: 'Events are parked',
  kind: 'parked-events',
  severity: 'warning',
  sku: null,
  text: { en: 'Harbour: 3 events are parked', zh: 'Harbour:3 个事件被搁置' },
} as const
const open = [
  alert(1, {}),
  alert(2, { ...parked, acknowledgedAt: at(3), acknowledgedBy: ANN, note: 'Ann maps the new listings' }),
  alert(3, { ...parked, severity: 'info', clearSince: at(1) }),
]

const rule: AlertRule = {
  ruleId: ruleId(1),
  name: 'Sold more than is there',
  kind: 'oversold',
  parameters: { units: 1 },
  severity: 'critical',
  sku: null,
  location: null,
  connectionId: null,
  opensAfterSeconds: 0,
  clearsAfterSeconds: 300,
  timing: 'at-once',
  dailyAt: '08:00',
  timeZone: 'Europe/Berlin',
  quiet: { from: '22:00', until: '07:00' },
  tellsResolved: true,
  destinationIds: [ruleId(5)],
  isOn: true,
  open: 1,
}

const destination: AlertDestination = {
  destinationId: ruleId(5),
  name: 'Stock desk',
  kind: 'slack',
  shown: 'hooks.slack.com',
  language: 'en',
  messagesPerHour: 12,
  isOn: true,
  failures: 3,
  problem: 'It answered 404: no_service',
  problemTold: { code: 'answered', facts: { answer: '404', message: 'no_service' } },
  problemSince: at(30),
  nextTryAt: at(-2),
  lastSentAt: at(90),
  waiting: 4,
}

export const isOfAlerts = (path: string) => path.startsWith('/alert')

export function toAlertAnswer(path: string, state: string | null, isEmpty: boolean): object {
  if (path === '/alert-rules')
    return {
      rows: isEmpty ? [] : [rule, { ...rule, ruleId: ruleId(2), name: 'Quiet', isOn: false, open: 0 }],
    }
  if (path === '/alert-destinations') return { rows: isEmpty ? [] : [destination], hasMailServer: false }
  const rows = isEmpty
    ? []
    : state === 'snoozed'
      ? [alert(4, { snoozedUntil: at(-60), snoozedBy: ANN })]
      : state === 'resolved'
        ? [alert(5, { resolvedAt: at(2) })]
        : open
  const counts = isEmpty
    ? { critical: 0, warning: 0, info: 0, snoozed: 0, acknowledged: 0 }
    : { critical: 1, warning: 1, info: 1, snoozed: 1, acknowledged: 1 }
  return { rows, next: null, counts }
}
