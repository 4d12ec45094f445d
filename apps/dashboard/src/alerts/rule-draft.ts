import type { AlertRule, AlertRuleBody } from '@plimsoll/client'

export type AlertKind = AlertRule['kind']
type Scope = 'sku' | 'location' | 'connection'
type Parameter = { name: string; usual: number | string | string[] }

/** What a person sets for each kind, with what it begins with, and what it can be narrowed to. */
export const kindFields: Readonly<Record<AlertKind, { parameters: Parameter[]; scopes: Scope[] }>> = {
  'low-stock': {
    parameters: [
      { name: 'units', usual: 5 },
      { name: 'per', usual: 'location' },
    ],
    scopes: ['sku', 'location'],
  },
  'low-cover': { parameters: [{ name: 'days', usual: 7 }], scopes: ['sku', 'location'] },
  'low-on-channel': { parameters: [{ name: 'units', usual: 0 }], scopes: ['sku', 'connection'] },
  oversold: { parameters: [{ name: 'units', usual: 1 }], scopes: ['sku'] },
  'stale-connection': { parameters: [{ name: 'minutes', usual: 30 }], scopes: ['connection'] },
  'connection-stopped': {
    parameters: [{ name: 'why', usual: ['paused', 'refused', 'circuit'] }],
    scopes: ['connection'],
  },
  'parked-events': { parameters: [{ name: 'events', usual: 1 }], scopes: ['connection'] },
  drift: {
    parameters: [
      { name: 'differences', usual: 10 },
      { name: 'hours', usual: 1 },
    ],
    scopes: ['connection'],
  },
  'expiring-lots': { parameters: [{ name: 'days', usual: 30 }], scopes: ['sku'] },
  'stuck-shipments': { parameters: [{ name: 'hours', usual: 24 }], scopes: ['location'] },
  'old-tasks': { parameters: [{ name: 'hours', usual: 24 }], scopes: ['connection'] },
}
export const alertKinds = Object.keys(kindFields) as AlertKind[]

export function newRule(): AlertRuleBody {
  return {
    name: '',
    ...ofKind('low-stock'),
    severity: 'warning',
    opensAfterSeconds: 0,
    clearsAfterSeconds: 300,
    timing: 'at-once',
    dailyAt: '08:00',
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    quiet: null,
    tellsResolved: true,
    destinationIds: [],
    isOn: true,
  }
}

/** A kind with its usual thresholds, of everything. */
export function ofKind(kind: AlertKind) {
  const parameters = Object.fromEntries(kindFields[kind].parameters.map(({ name, usual }) => [name, usual]))
  return { kind, parameters, sku: null, location: null, connection: null }
}

/** What is sent of a rule as the hub shows it. */
export function toBody(rule: AlertRule | AlertRuleBody): AlertRuleBody {
  if (!('ruleId' in rule)) return rule
  const { ruleId: _, open: __, connectionId, ...rest } = rule
  return { ...rest, connection: connectionId }
}
