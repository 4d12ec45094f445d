import {
  AccountProblem,
  type Area,
  allowsChange,
  type Deed,
  includesRole,
  includesScope,
  type Role,
  type Touched,
} from '@plimsoll/accounts'
import { limitsOf, type Principal, roleOf } from './principal.ts'
import type { RouteSpec, Tag } from './route.ts'
import { documentOf, mergeTouched, type NamedDocument, type NamedReservations } from './touched-documents.ts'

/** What a route asks of whoever uses it. */
export type Permission = { area: Area; deed: Deed; needs: Role }

/** To which area the routes of each group belong, and who may write there unless a route says otherwise. */
const groups: Readonly<Record<Tag, { area: Area; writing: Role }>> = {
  Health: { area: 'overview', writing: 'admin' },
  Webhooks: { area: 'connections', writing: 'admin' },
  Overview: { area: 'overview', writing: 'operator' },
  Alerts: { area: 'overview', writing: 'operator' },
  Connections: { area: 'connections', writing: 'admin' },
  Mapping: { area: 'connections', writing: 'operator' },
  Safety: { area: 'connections', writing: 'admin' },
  'Parked events': { area: 'connections', writing: 'operator' },
  'Items and stock': { area: 'catalogue', writing: 'operator' },
  'Stock commands': { area: 'stock', writing: 'operator' },
  Locations: { area: 'stock', writing: 'admin' },
  'Orders and shipments': { area: 'orders', writing: 'operator' },
  Routing: { area: 'orders', writing: 'admin' },
  Replenishment: { area: 'stock', writing: 'operator' },
  Transfers: { area: 'stock', writing: 'operator' },
  'Inbound shipments': { area: 'stock', writing: 'operator' },
  Returns: { area: 'stock', writing: 'operator' },
  'Stock counts': { area: 'stock', writing: 'operator' },
  'The catalogue': { area: 'catalogue', writing: 'operator' },
  'Lots and serial numbers': { area: 'stock', writing: 'operator' },
  'Imports and exports': { area: 'catalogue', writing: 'operator' },
  'Members and keys': { area: 'organization', writing: 'admin' },
  Accounts: { area: 'organization', writing: 'viewer' },
  Changes: { area: 'organization', writing: 'operator' },
  'The demo': { area: 'overview', writing: 'operator' },
  'The document': { area: 'overview', writing: 'viewer' },
}

export function permissionOf({
  tag,
  method,
  needs,
  deed,
  area = groups[tag].area,
}: Pick<RouteSpec, 'tag' | 'method' | 'needs' | 'deed' | 'area'>): Permission {
  const { writing } = groups[tag]
  const least = needs ?? (method === 'GET' ? 'viewer' : writing)
  // A request that changes nothing may be a POST all the same, where its question is long.
  const implied = method === 'GET' || needs === 'viewer' ? 'read' : 'write'
  return { area, deed: deed ?? implied, needs: least }
}

/** @throws AccountProblem `not-allowed`, naming what is missing */
export function assertMay(principal: Principal, permission: Permission): void {
  const { area, deed, needs } = permission
  const role = roleOf(principal)
  if (!includesRole(role, needs)) {
    throw new AccountProblem('not-allowed', `This needs the role "${needs}", and yours is "${role}".`)
  }
  if (principal.kind === 'key' && !includesScope(principal.scopes, { area, deed })) {
    throw new AccountProblem('not-allowed', `This key was not given the scope "${area}:${deed}".`)
  }
}

/**
 * Where in a request it stands what a change is about, as paths into its parts: `params.id`, `body.location`. Lists are
 * followed by `*`: `body.commands.*.location`. A part that may be left out and is means any; one of `more` that is left out
 * means none beside the document that the path names.
 */
export type TouchRule = {
  connections?: readonly string[]
  locations?: readonly string[]
  more?: { locations: readonly string[] }
  /** Reservations that are taken from where they lie, beside what else is touched. */
  reservations?: (body: unknown) => readonly string[]
}

/** What a document is about; undefined: there is no such document. */
export type FindPlaces = (named: NamedDocument | NamedReservations) => Promise<Touched | undefined>

/**
 * @param find looks up the document that the path names; asked only for those who are limited
 * @throws AccountProblem `not-allowed` for whoever is limited to other connections or locations
 */
export async function assertTouches(
  principal: () => Principal,
  spec: Pick<RouteSpec, 'tag' | 'method' | 'path' | 'needs' | 'deed' | 'touches'>,
  input: object,
  find: FindPlaces | undefined,
): Promise<void> {
  if (permissionOf(spec).deed === 'read' || spec.touches === 'own') return
  const limits = limitsOf(principal())
  if (limits.connections === null && limits.locations === null) return
  const said = spec.touches === undefined ? undefined : touchedBy(spec.touches, input)
  const named = documentOf(spec, input)
  const places = named === undefined ? undefined : await find?.(named)
  // The handler says that there is none.
  if (named !== undefined && find !== undefined && places === undefined) return
  const ids = spec.touches?.reservations?.('body' in input ? input.body : undefined) ?? []
  const takenFrom = ids.length === 0 ? undefined : await find?.({ kind: 'reservations', ids })
  const touched = mergeTouched(mergeTouched(said, places), takenFrom)
  if (allowsChange(limits, touched)) return
  const what = touched === undefined ? 'the organization as a whole' : 'connections or locations'
  throw new AccountProblem('not-allowed', `This changes ${what} outside of what you may change.`)
}

function touchedBy(rule: TouchRule, input: object): Touched {
  const said = rule.more?.locations.filter((path) => valueAt(input, path.split('.')) !== undefined) ?? []
  const more = said.length === 0 ? undefined : valuesAt(said, input)
  const touched = {
    connections: valuesAt(rule.connections, input),
    locations: valuesAt(rule.locations, input),
  }
  return mergeTouched(touched, { locations: more }) ?? touched
}

function valuesAt(paths: readonly string[] | undefined, input: object): Touched['locations'] {
  if (paths === undefined) return undefined
  const found = paths.map((path) => valueAt(input, path.split('.')))
  const values = found.flat()
  return values.every((value) => typeof value === 'string') && values.length > 0 ? values : 'any'
}

function valueAt(from: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return from
  if (step === '*') return Array.isArray(from) ? from.flatMap((each) => valueAt(each, rest)) : undefined
  if (typeof from !== 'object' || from === null || !(step in from)) return undefined
  return valueAt((from as Record<string, unknown>)[step], rest)
}
