import type { Touched } from '@plimsoll/accounts'
import type { RouteSpec } from './route.ts'

/**
 * Which document the path of a changing route names, so that what it touches can be looked up for whoever is limited to some
 * connections or locations. What no rule here names, and the route does not say itself (`touches`), they may not change.
 */
export type NamedDocument = { kind: DocumentKind; id: string; effect: 'where-it-is' | 'anywhere' }

/** Reservations that a body names, whose open units are moved from wherever they lie. */
export type NamedReservations = { kind: 'reservations'; ids: readonly string[] }

export type DocumentKind =
  | 'transfer'
  /** Only where its units leave. */
  | 'transfer-out'
  /** Only where they arrive. */
  | 'transfer-in'
  | 'inbound-shipment'
  | 'return'
  | 'stock-count'
  | 'shipment'
  | 'order'
  | 'location'
  | 'connection'
  | 'parked-event'
  | 'job'
  | 'listing'
  | 'drift'
  | 'hold'

type Rule = { begins: string; parameter: string; kind: DocumentKind }

/** By the beginning of the path; a longer one stands before a shorter. */
const rules: readonly Rule[] = [
  { begins: '/transfers/:id/dispatch', parameter: 'id', kind: 'transfer-out' },
  { begins: '/transfers/:id/receive', parameter: 'id', kind: 'transfer-in' },
  { begins: '/transfers/:id', parameter: 'id', kind: 'transfer' },
  { begins: '/inbound-shipments/:id', parameter: 'id', kind: 'inbound-shipment' },
  { begins: '/returns/:id', parameter: 'id', kind: 'return' },
  { begins: '/stock-counts/:id', parameter: 'id', kind: 'stock-count' },
  { begins: '/shipments/:id', parameter: 'id', kind: 'shipment' },
  { begins: '/orders/:id', parameter: 'id', kind: 'order' },
  { begins: '/locations/:code', parameter: 'code', kind: 'location' },
  { begins: '/connections/:id', parameter: 'id', kind: 'connection' },
  { begins: '/parked/:id', parameter: 'id', kind: 'parked-event' },
  { begins: '/jobs/:id', parameter: 'id', kind: 'job' },
  { begins: '/listings/:id', parameter: 'id', kind: 'listing' },
  { begins: '/listing-changes/:id', parameter: 'id', kind: 'listing' },
  { begins: '/drifts/:id', parameter: 'id', kind: 'drift' },
  { begins: '/holds/:id', parameter: 'id', kind: 'hold' },
]

/** Whatever is free anywhere may be taken for them: a limit to locations forbids these, one to connections does not. */
const anywhere = new Set(['PATCH /orders/:id', 'POST /orders/:id/route'])

/**
 * Settings of one connection, which the body names: whoever is limited to it may change these. Not what changes the numbers
 * of other channels too, such as an exclusive share, a campaign or the rule for orders that cannot be read.
 */
const ofConnection = new Set(['PUT /policies', 'PUT /guard'])

/** @returns undefined where neither path nor body names a document that lies at some place */
export function documentOf(
  spec: Pick<RouteSpec, 'method' | 'path'>,
  { params, body }: { params?: unknown; body?: unknown },
): NamedDocument | undefined {
  const rule = ruleOf(spec)
  if (rule === undefined) return connectionOf(spec, body)
  const id = read(params, rule.parameter)
  if (typeof id !== 'string') return undefined
  const route = `${spec.method} ${spec.path}`
  const isSentAgain = route === 'POST /shipments/:id/cancel' && read(body, 'afterwards') !== 'hold'
  const effect = anywhere.has(route) || isSentAgain ? 'anywhere' : 'where-it-is'
  // What comes back arrives where it had left.
  const isBack = rule.kind === 'transfer-in' && read(body, 'back') === true
  return { kind: isBack ? 'transfer-out' : rule.kind, id, effect }
}

function connectionOf({ method, path }: Pick<RouteSpec, 'method' | 'path'>, body: unknown) {
  const id = read(body, 'connection')
  const isItsOwn = ['listing', 'exclusivePercent'].every((field) => read(body, field) === undefined)
  if (!ofConnection.has(`${method} ${path}`) || typeof id !== 'string' || !isItsOwn) return undefined
  return { kind: 'connection', id, effect: 'where-it-is' } as const
}

/** Whether the path of a route names a document that is looked up. */
export function namesDocument(spec: Pick<RouteSpec, 'method' | 'path'>): boolean {
  return ruleOf(spec) !== undefined
}

function ruleOf({ path }: Pick<RouteSpec, 'path'>): Rule | undefined {
  return rules.find(({ begins }) => path === begins || path.startsWith(`${begins}/`))
}

/** What a change touches in all: the document, where the route's own words name more. */
export function mergeTouched(one: Touched | undefined, other: Touched | undefined): Touched | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return {
    connections: mergeLists(one.connections, other.connections),
    locations: mergeLists(one.locations, other.locations),
  }
}

function mergeLists(one: Touched['locations'], other: Touched['locations']): Touched['locations'] {
  if (one === undefined || other === undefined) return one ?? other
  return one === 'any' || other === 'any' ? 'any' : [...new Set([...one, ...other])]
}

function read(from: unknown, name: string): unknown {
  return typeof from === 'object' && from !== null ? (from as Record<string, unknown>)[name] : undefined
}
