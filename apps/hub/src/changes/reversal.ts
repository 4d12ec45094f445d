import { isDeepStrictEqual } from 'node:util'
import type { ChangeKind, NotUndoable } from '@plimsoll/client'
import { notUndoable } from './not-undoable.ts'
import { type WatchKind, watchReversal } from './watch-reversal.ts'

/** A change as it was recorded: ids as the database has them. */
export type RecordedChange = {
  kind: ChangeKind
  subject: Readonly<Record<string, string>>
  before: Fields | null
  after: Fields | null
}
export type Fields = Readonly<Record<string, unknown>>

/** What people and routes call things, by their ids; whatever is gone is missing. */
export type Names = {
  sku(itemId: string): string | undefined
  location(locationId: string): string | undefined
}

/**
 * The request that puts back what was before: that of the route which made the change, so that the same rules and rails
 * guard it. `fields`: what must still be as the change left it.
 */
export type Reversal =
  | {
      kind: 'request'
      method: 'PUT' | 'POST' | 'PATCH' | 'DELETE'
      path: string
      body: Record<string, unknown> | undefined
      fields: string[]
    }
  | { kind: 'impossible'; code: NotUndoable; because: string }

/** The names of fields that differ, in order. */
export function changedFields(before: Fields | null, after: Fields | null): string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])
  return [...names].filter((name) => !isDeepStrictEqual(before?.[name] ?? null, after?.[name] ?? null)).sort()
}

/** How a change is taken back. Pure. */
export function reversalOf(change: RecordedChange, names: Names): Reversal {
  const { kind, before, after } = change
  const subject = (name: string) => change.subject[name] ?? ''
  const fields = changedFields(before, after)
  /** The former values of what was changed; null: not set then. */
  const former = Object.fromEntries(fields.map((name) => [name, before?.[name] ?? null]))
  const request = (
    method: 'PUT' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: Record<string, unknown>,
    held = fields,
  ): Reversal => ({ kind: 'request', method, path, body, fields: held })
  switch (kind) {
    case 'policy': {
      const target = targetOf(change, names)
      if (target === undefined) return gone
      const { poolLocationIds, ...rest } = former
      const pool = poolLocationIds === undefined ? {} : { pool: codesOf(poolLocationIds, names) }
      return request('PUT', '/policies', { ...target, ...rest, ...pool })
    }
    case 'protection': {
      const target = targetOf(change, names)
      if (target === undefined) return gone
      const set = before === null ? { mode: null } : before
      return request('PUT', '/protections', { ...target, ...set }, ['mode', 'oversellsPerMillion'])
    }
    case 'policy-window':
      return before === null
        ? request('POST', `/policy-windows/${subject('windowId')}/end`)
        : impossible('window-over')
    case 'pool': {
      const places = fields.map((externalId) => {
        const was = before?.[externalId] as PlacePool | undefined
        return {
          externalId,
          locations: codesOf(was?.locationIds ?? [], names) ?? [],
          whenEmpty: was?.whenEmpty ?? 'leave',
        }
      })
      return request('PUT', `/connections/${subject('connectionId')}/locations`, { locations: places })
    }
    case 'mapping': {
      const itemId = before?.itemId
      const sku = typeof itemId === 'string' ? names.sku(itemId) : null
      if (sku === undefined) return gone
      const mapping = {
        listingId: subject('listingId'),
        sku,
        unitsPerListing: before?.unitsPerListing ?? 1,
      }
      return request('POST', '/mappings', { mappings: [mapping] }, ['itemId', 'unitsPerListing'])
    }
    case 'kit': {
      const sku = names.sku(subject('itemId'))
      if (sku === undefined) return gone
      const components = ((before?.components ?? []) as { itemId: string; quantity: number }[]).map(
        (part) => ({
          sku: names.sku(part.itemId) ?? part.itemId,
          quantity: part.quantity,
        }),
      )
      const body = { kind: before?.kitKind ?? 'none', components }
      return request('PUT', `/items/${encodeURIComponent(sku)}/kit`, body)
    }
    case 'routing':
      return before === null
        ? impossible('first-rules')
        : request('PUT', '/routing-rules', { rules: before.rules })
    case 'allocation': {
      const body = { rule: before?.kind ?? 'first-come', channels: before?.connectionIds ?? [] }
      return request('PUT', '/allocation', body)
    }
    case 'replenishment':
      return toReplenishment(change, names)
    case 'demand-left-out':
      return before === null
        ? request('DELETE', `/demand-left-out/${subject('leftOutId')}`)
        : request('POST', '/demand-left-out', {
            ...itemAndPlace({ ...before }, names),
            since: before.sinceDay,
            until: before.untilDay,
            reason: before.reason,
          })
    case 'connection':
      return toConnection(change, fields)
    case 'credentials':
      return impossible('former-credentials')
    case 'counted-place':
      return before === null
        ? impossible('counted-stays-tied')
        : tieAgain(subject, String(before.locationId), names)
    case 'application':
      return impossible('application-not-kept')
    case 'pause':
      return toPause(change)
    case 'guard':
      return request('PUT', '/guard', { ...connectionOf(change), ...former })
    case 'stale-rule': {
      const body =
        before === null
          ? { kind: null }
          : {
              kind: before.kind,
              amount: before.amount,
              afterMinutes: Math.round(Number(before.afterMs) / 60_000),
            }
      return request('PUT', '/stale-rules', { ...connectionOf(change), ...body }, [
        'kind',
        'amount',
        'afterMs',
      ])
    }
    case 'shelf-life': {
      const whose = subject('scope') === 'organization' ? {} : { [subject('scope')]: subject('scopeId') }
      return request('PUT', '/shelf-life-minimums', { ...whose, days: before?.days ?? null })
    }
    case 'location':
      return toLocation(change, fields, names)
    case 'bin':
      return impossible('bins')
    case 'reason': {
      const path = `/adjustment-reasons/${subject('code')}`
      const all = ['nameEn', 'nameZh', 'direction', 'archivedAt']
      if (before === null || before.archivedAt !== undefined) return request('DELETE', path, undefined, all)
      const { nameEn, nameZh, direction } = before
      return request('PUT', path, { nameEn, nameZh, direction }, all)
    }
    case 'reason-rule':
      return request('PUT', '/adjustment-reason-rule', {
        listedReasonRequired: before?.listedReasonRequired ?? false,
      })
    case 'currency':
      return before === null
        ? impossible('currency')
        : request('PUT', '/valuation/currency', { currency: before.currency })
    case 'custom-field': {
      const path = `/custom-fields/${subject('key')}`
      return before === null ? request('DELETE', path) : request('PUT', path, { ...before })
    }
    case 'alert-rule':
    case 'alert-destination':
    case 'mapping-rules':
    case 'call-log':
    case 'personal-data':
      return watchReversal({ ...change, kind } satisfies RecordedChange & { kind: WatchKind }, names, fields)
    case 'item':
      return impossible('item-on-page')
    case 'lot-status':
    case 'lot-detail':
      return impossible('lot-on-page')
    default: {
      const never: never = kind
      throw new Error(`unknown kind ${String(never)}`)
    }
  }
}

type PlacePool = { locationIds: string[]; whenEmpty: 'zero' | 'leave' }

const gone = impossible('gone')

function impossible(code: NotUndoable): Reversal {
  return { kind: 'impossible', code, because: notUndoable[code] }
}

/** Whom a policy or a protection is set on, as their routes take it; undefined: it is gone. */
function targetOf({ subject }: RecordedChange, names: Names): Record<string, string> | undefined {
  const { scope, scopeId = '' } = subject
  if (scope === 'organization') return {}
  if (scope !== 'item') return { [String(scope)]: scopeId }
  const sku = names.sku(scopeId)
  return sku === undefined ? undefined : { item: sku }
}

function connectionOf({ subject }: RecordedChange): { connection?: string } {
  return subject.scope === 'connection' && subject.scopeId !== undefined
    ? { connection: subject.scopeId }
    : {}
}

function codesOf(locationIds: unknown, names: Names): string[] | null {
  return Array.isArray(locationIds) ? locationIds.map((id: string) => names.location(id) ?? id) : null
}

function itemAndPlace({ itemId, locationId }: Record<string, unknown>, names: Names) {
  return {
    ...(typeof itemId === 'string' && { sku: names.sku(itemId) ?? itemId }),
    ...(typeof locationId === 'string' && { location: names.location(locationId) ?? locationId }),
  }
}

function tieAgain(subject: (name: string) => string, locationId: string, names: Names): Reversal {
  const path = `/connections/${subject('connectionId')}/places/${encodeURIComponent(subject('externalId'))}`
  const location = names.location(locationId)
  if (location === undefined) return gone
  return { kind: 'request', method: 'PUT', path, body: { location }, fields: ['locationId'] }
}

/** Settings of replenishment are one field, `fields`, with many in it: only those that the change touched are put back. */
function toReplenishment({ subject, before, after }: RecordedChange, names: Names): Reversal {
  const was = (before?.fields ?? {}) as Fields
  const touched = changedFields(was, (after?.fields ?? {}) as Fields)
  const fields = Object.fromEntries(
    touched.map((name) => {
      const value = was[name] ?? null
      if (name !== 'source' || value === null || value === 'supplier') return [name, value]
      const { locationId } = value as { locationId: string }
      return [name, names.location(locationId) ?? locationId]
    }),
  )
  const body = { ...itemAndPlace(subject, names), fields }
  return { kind: 'request', method: 'PATCH', path: '/replenishment-settings', body, fields: ['fields'] }
}

function toConnection({ subject, before, after }: RecordedChange, fields: string[]): Reversal {
  if (before === null) return impossible('connection-made')
  const path = `/connections/${subject.connectionId}`
  const [field] = fields
  if (fields.length > 1) return impossible('several-settings')
  if (field === 'settings') {
    const was = before.settings as Fields
    const touched = changedFields(was, (after?.settings ?? {}) as Fields)
    const body = Object.fromEntries(touched.map((name) => [name, was[name] ?? null]))
    return { kind: 'request', method: 'PATCH', path: `${path}/settings`, body, fields }
  }
  if (field === 'editRule')
    return {
      kind: 'request',
      method: 'PUT',
      path: `${path}/edit-rule`,
      body: { rule: before.editRule },
      fields,
    }
  if (field === 'shipsOrdersFrom') {
    const from = before.shipsOrdersFrom
    const body =
      typeof from === 'string'
        ? { shipsOrders: true, from: new Date(from).toISOString() }
        : { shipsOrders: false }
    return { kind: 'request', method: 'PUT', path: `${path}/fulfilment`, body, fields }
  }
  return impossible('set-once')
}

function toPause({ subject, after }: RecordedChange): Reversal {
  const { what } = after ?? {}
  const reason = String(after?.reason ?? '')
  const path = subject.connectionId === undefined ? '/pauses' : `/connections/${subject.connectionId}/pause`
  const ofScope = subject.connectionId === undefined ? { scope: subject.scope } : {}
  if (what === 'resumed') {
    const body = { ...ofScope, reason, how: 'freeze' }
    return { kind: 'request', method: 'POST', path, body, fields: ['what', 'reason'] }
  }
  if (what === 'went-live') return impossible('went-live')
  const lift = subject.connectionId === undefined ? '/pauses/lift' : path.replace(/pause$/, 'resume')
  // What was zeroed says how many levels refused their zero after its reason.
  const said = what === 'zeroed' ? {} : { reason }
  return {
    kind: 'request',
    method: 'POST',
    path: lift,
    body: { ...ofScope, ...said },
    fields: ['what', 'reason'],
  }
}

function toLocation({ subject, before, after }: RecordedChange, fields: string[], names: Names): Reversal {
  const code = names.location(subject.locationId ?? '')
  if (code === undefined) return gone
  if (before === null || after === null) return impossible('location-made')
  const path = `/locations/${encodeURIComponent(code)}`
  if (fields.includes('archivedAt')) {
    const verb = before.archivedAt === undefined ? 'restore' : 'archive'
    return {
      kind: 'request',
      method: 'POST',
      path: `${path}/${verb}`,
      body: undefined,
      fields: ['archivedAt'],
    }
  }
  const body = Object.fromEntries(fields.map((name) => [name, before[name] ?? null]))
  return { kind: 'request', method: 'PATCH', path, body, fields }
}
