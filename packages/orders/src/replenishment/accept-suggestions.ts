import { arrayOf, type Tracking, type Tx } from '@plimsoll/database'
import {
  type ActionHead,
  type DecidedAction,
  type DocumentOutcome,
  type DocumentStore,
  decideNewInbound,
  decideNewTransfer,
  type InboundShipment,
  isUuid,
  type NewInboundShipment,
  type NewTransfer,
  type Refusal,
  readNewInbound,
  readNewTransfer,
  refuse,
  runDocumentAction,
  type Transfer,
} from '@plimsoll/stock'
import { sql } from 'kysely'
import { findLotsToSend, type LotToSend } from './lots-to-send.store.ts'
import type { PlanningContext } from './plan-figures.ts'
import { planItems } from './plan-items.ts'
import { lockReplenishment } from './plans.store.ts'

/** A suggestion somebody wants, with other units than it says where given. */
export type AcceptedSuggestion = { suggestionId: string; units?: number | undefined }

export type MadeDocuments = { transfers: Transfer[]; inboundShipments: InboundShipment[] }

type Suggested = {
  suggestionId: string
  itemId: string
  sku: string
  tracking: Tracking
  locationCode: string
  kind: 'transfer' | 'purchase' | 'assembly'
  units: number
  fromId: string | null
  fromCode: string | null
  supplier: string | null
  /** The day it is there if it is ordered today. */
  thereOn: string
}

/** One transaction takes no more: a document has at most 2,000 lines, and a person reads what he accepts. */
export const ACCEPTED_MAX = 500

/**
 * Turns suggestions into documents, all of them or none: a draft of a transfer for each pair of places, an announced
 * delivery for each place and supplier. Their units are on their way from then on, and the items are planned anew in the same
 * transaction, so that nothing is suggested twice. Of items tracked by lot the lots that expire first are named.
 */
export async function acceptSuggestions(
  store: DocumentStore,
  planning: PlanningContext,
  head: ActionHead,
  accepted: readonly AcceptedSuggestion[],
): Promise<DocumentOutcome<MadeDocuments>> {
  const content = ['replenishment-accept', accepted.map(({ suggestionId, units }) => [suggestionId, units])]
  return await runDocumentAction(
    store,
    head,
    content,
    (tx) => readAccepted(tx, store.context, accepted),
    (read) => (read.kind === 'refused' ? read : decideAll(store.context, planning, head, read)),
  )
}

type Read = {
  kind: 'read'
  itemIds: string[]
  transfers: { wanted: NewTransfer; read: Awaited<ReturnType<typeof readNewTransfer>> }[]
  inbounds: { wanted: NewInboundShipment; read: Awaited<ReturnType<typeof readNewInbound>> }[]
}

async function readAccepted(
  tx: Tx,
  context: DocumentStore['context'],
  accepted: readonly AcceptedSuggestion[],
): Promise<Read | Refusal> {
  const { organizationId } = context
  const bad = findBadRequest(accepted)
  if (bad !== undefined) return bad
  // Whoever accepts the same at once waits here, and finds that it is no longer suggested.
  await lockReplenishment(tx, organizationId)
  const known = new Map(
    (await findSuggested(tx, organizationId, accepted, context.now())).map((each) => [
      each.suggestionId,
      each,
    ]),
  )
  const told: Suggested[] = []
  for (const [index, { suggestionId, units }] of accepted.entries()) {
    const suggested = known.get(suggestionId)
    if (suggested === undefined) {
      return refuse(
        'suggestion-changed',
        `suggestions[${index}]`,
        `Suggestion ${index + 1} is no longer what is suggested: read the list again.`,
      )
    }
    if (suggested.kind === 'assembly') {
      const { sku, locationCode } = suggested
      return refuse(
        'suggestion-not-ordered',
        `suggestions[${index}]`,
        `"${sku}" is put together at ${locationCode}, not ordered: record that as it is done.`,
      )
    }
    told.push({ ...suggested, units: units ?? suggested.units })
  }
  const lots = await findLotsToSend(tx, organizationId, told.flatMap(lotPlaceOf), context.now())
  const drafts = toTransfers(told, lots)
  if ('kind' in drafts) return drafts
  const transfers: Read['transfers'] = []
  for (const wanted of drafts) {
    const read = await readNewTransfer(tx, context, wanted)
    // The organization's own transit location is made once.
    const first = transfers[0]?.read.transit
    transfers.push({
      wanted,
      read: first === undefined ? read : { ...read, transit: { ...first, isNew: false } },
    })
  }
  const inbounds: Read['inbounds'] = []
  for (const wanted of toInbounds(told)) {
    inbounds.push({ wanted, read: await readNewInbound(tx, context, wanted) })
  }
  return { kind: 'read', itemIds: [...new Set(told.map(({ itemId }) => itemId))], transfers, inbounds }
}

function findBadRequest(accepted: readonly AcceptedSuggestion[]): Refusal | undefined {
  const bad = (field: string, message: string) => refuse('invalid-lines', field, message)
  if (accepted.length === 0) return bad('suggestions', 'There is no suggestion to accept.')
  if (accepted.length > ACCEPTED_MAX) {
    return bad(
      'suggestions',
      `There are ${accepted.length} suggestions, ${ACCEPTED_MAX} are the most at once.`,
    )
  }
  const seen = new Set<string>()
  for (const [index, { suggestionId, units }] of accepted.entries()) {
    const field = `suggestions[${index}]`
    if (!isUuid(suggestionId)) return bad(`${field}.id`, `"${suggestionId}" is no id of a suggestion.`)
    if (seen.has(suggestionId)) return bad(`${field}.id`, `Suggestion ${index + 1} is there twice.`)
    seen.add(suggestionId)
    if (units !== undefined && (!Number.isInteger(units) || units < 1 || units > UNITS_MAX)) {
      return refuse('quantity-not-positive', `${field}.units`, `${units} is no number of units to move.`)
    }
  }
  return undefined
}
const UNITS_MAX = 1_000_000_000

async function findSuggested(
  tx: Tx,
  organizationId: string,
  accepted: readonly AcceptedSuggestion[],
  at: Date,
): Promise<Suggested[]> {
  const ids = accepted.map(({ suggestionId }) => suggestionId)
  const found = await sql<Suggested>`
    select suggestion_id, replenishment.item_id, item.sku, item.tracking, location.code as location_code,
      suggestion as kind, suggested_units as units, source_location_id as from_id, source.code as from_code, supplier,
      ((${at}::timestamptz at time zone location.time_zone)::date
        + (figures -> 'rule' ->> 'leadDays')::int)::text as there_on
    from replenishment
    join item on item.organization_id = replenishment.organization_id and item.item_id = replenishment.item_id
    join location on location.organization_id = replenishment.organization_id
      and location.location_id = replenishment.location_id
    left join location as source on source.organization_id = replenishment.organization_id
      and source.location_id = replenishment.source_location_id
    where replenishment.organization_id = ${organizationId} and suggestion_id = any(${arrayOf(ids, 'uuid')})
    order by item.sku, location.code`.execute(tx)
  return found.rows
}

function lotPlaceOf({ kind, tracking, itemId, fromId }: Suggested): { itemId: string; locationId: string }[] {
  return kind === 'transfer' && tracking === 'lot' && fromId !== null ? [{ itemId, locationId: fromId }] : []
}

/** One draft for each pair of places; lines in order of SKU. */
function toTransfers(told: readonly Suggested[], lots: readonly LotToSend[]): NewTransfer[] | Refusal {
  const left = new Map(lots.map((lot) => [lot, lot.free]))
  const drafts = new Map<string, NewTransfer & { lines: NewTransfer['lines'][number][] }>()
  for (const each of told.toSorted(bySku)) {
    const { kind, fromCode, locationCode: toCode, sku, units, tracking } = each
    if (kind !== 'transfer' || fromCode === null) continue
    const pair = `${fromCode} ${toCode}`
    const draft = drafts.get(pair) ?? { fromCode, toCode, reference: REFERENCE, lines: [] }
    drafts.set(pair, draft)
    if (tracking !== 'lot') {
      draft.lines.push({ sku, quantity: units })
      continue
    }
    const picks = pickLots(each, left)
    if ('kind' in picks) return picks
    draft.lines.push(...picks.map(({ lot, quantity }) => ({ sku, lot, quantity })))
  }
  return [...drafts.values()]
}
const REFERENCE = 'Replenishment'

/** The lots that expire first; what is picked is taken off what is left. */
function pickLots(
  { itemId, fromId, fromCode, sku, units }: Suggested,
  left: Map<LotToSend, number>,
): { lot: string; quantity: number }[] | Refusal {
  const picks = []
  let open = units
  for (const [lot, free] of left) {
    const quantity = lot.itemId === itemId && lot.locationId === fromId ? Math.min(open, free) : 0
    if (quantity === 0) continue
    left.set(lot, free - quantity)
    picks.push({ lot: lot.lot, quantity })
    open -= quantity
  }
  if (open === 0) return picks
  const message = `${units} units of "${sku}" asked from ${fromCode}, lots that may leave hold ${units - open}.`
  return refuse('insufficient-stock', 'units', message)
}

/** One announcement for each place and supplier. */
function toInbounds(told: readonly Suggested[]): NewInboundShipment[] {
  const drafts = new Map<string, NewInboundShipment & { lines: NewInboundShipment['lines'][number][] }>()
  for (const { kind, locationCode, supplier, thereOn: expectedOn, sku, units } of told.toSorted(bySku)) {
    if (kind !== 'purchase') continue
    // Units of another lead time come on another day.
    const pair = `${locationCode} ${expectedOn} ${supplier ?? ''}`
    const draft = drafts.get(pair) ?? { locationCode, supplier, expectedOn, reference: REFERENCE, lines: [] }
    drafts.set(pair, draft)
    draft.lines.push({ sku, quantity: units })
  }
  return [...drafts.values()]
}

function bySku(a: Suggested, b: Suggested): number {
  if (a.sku !== b.sku) return a.sku < b.sku ? -1 : 1
  return a.locationCode < b.locationCode ? -1 : 1
}

function decideAll(
  context: DocumentStore['context'],
  planning: PlanningContext,
  head: ActionHead,
  { itemIds, transfers, inbounds }: Read,
): DecidedAction<MadeDocuments> | Refusal {
  const headOf = (name: string, index: number) => ({ ...head, key: `${head.key}/${name}${index + 1}` })
  const made: { transfers: DecidedAction<Transfer>[]; inbounds: DecidedAction<InboundShipment>[] } = {
    transfers: [],
    inbounds: [],
  }
  for (const [index, { wanted, read }] of transfers.entries()) {
    const decided = decideNewTransfer(context, headOf('transfer', index), wanted, read)
    if (decided.kind === 'refused') return decided
    made.transfers.push(decided)
  }
  for (const [index, { wanted, read }] of inbounds.entries()) {
    const decided = decideNewInbound(context, headOf('inbound', index), wanted, read)
    if (decided.kind === 'refused') return decided
    made.inbounds.push(decided)
  }
  return {
    kind: 'decided',
    commands: [...made.transfers, ...made.inbounds].flatMap(({ commands }) => commands),
    result: {
      transfers: made.transfers.map(({ result }) => result),
      inboundShipments: made.inbounds.map(({ result }) => result),
    },
    write: async (tx, outcomes) => {
      for (const each of [...made.transfers, ...made.inbounds]) await each.write(tx, outcomes)
      await planItems(tx, planning, itemIds, { measure: false })
    },
  }
}
