import { randomUUID } from 'node:crypto'
import {
  assignBins,
  createInboundShipment,
  createTransfer,
  type DocumentOutcome,
  enterStockCount,
  requireListedReason,
  saveBins,
  saveReason,
  startStockCount,
} from '@plimsoll/stock'
import { type SyncContext, toDocumentStore, toStockContext } from '@plimsoll/sync'
import { sql } from 'kysely'
import type { Answer, ServedHub } from './served-hub.ts'

/** Bins, documents and reasons of an organization, for tests that look whether another sees or changes them. */
export type PlaceIds = { transferId: string; inboundId: string; countId: string }

/** Something of each, at the location `mark` with the item `mark`-1. */
export async function fillPlaces(context: SyncContext, mark: string): Promise<PlaceIds> {
  // Calls are written down a second later: before anything of this brand is compared.
  await context.calls?.flush()
  const store = toDocumentStore(context)
  const stock = toStockContext(context)
  const { database, organizationId } = context
  const sku = `${mark}-1`
  await saveBins(database, stock, mark, [{ code: mark, zone: mark, barcode: mark }])
  await assignBins(database, stock, mark, [{ sku, bin: mark }])
  await database.kysely.transaction().execute(async (tx) => {
    await saveReason(tx, organizationId, {
      code: mark.toLowerCase(),
      nameEn: mark,
      nameZh: mark,
      direction: 'out',
    })
    await requireListedReason(tx, organizationId, false)
  })
  const head = () => ({ key: randomUUID(), actor: mark })
  const lines = [{ sku, quantity: 1 }]
  await store.database.runTransaction(
    (tx) =>
      tx
        .insertInto('location')
        .values({
          organizationId,
          locationId: randomUUID(),
          code: `${mark}-2`,
          name: mark,
          kind: 'store',
          createdAt: stock.now(),
        })
        .execute(),
    undefined,
  )
  const { transferId } = done(
    await createTransfer(store, head(), { fromCode: mark, toCode: `${mark}-2`, reference: mark, lines }),
  )
  const { inboundId } = done(
    await createInboundShipment(store, head(), { locationCode: mark, supplier: mark, lines }),
  )
  const { countId } = done(
    await startStockCount(store, head(), { locationCode: mark, scope: { kind: 'location' } }),
  )
  done(await enterStockCount(store, head(), { countId, counter: mark, entries: lines }))
  await sql`
    with sent as (
      insert into transfer_serial (organization_id, transfer_id, line, serial, state)
      values (${organizationId}, ${transferId}, 1, ${mark}, 'in-transit')
    )
    insert into stock_count_serial (organization_id, count_id, line, round, serial)
    values (${organizationId}, ${countId}, 1, 0, ${mark})`.execute(database.kysely)
  return { transferId, inboundId, countId }
}

function done<Result>(outcome: DocumentOutcome<Result>): Result {
  if (outcome.kind === 'refused') throw new Error(outcome.message)
  return outcome.result
}

/** See `insertPassingRows`. */
const OTHERS_RETURN = '00000000-0000-7000-8000-0000000000bb'
const NOBODYS = '00000000-0000-7000-8000-000000000000'

/** Every route that reads places and documents. */
export const placeReads: Record<string, string[]> = {
  '/api/v1/transfers': ['/api/v1/transfers?limit=200'],
  '/api/v1/transfers/:id': [`/api/v1/transfers/${NOBODYS}`],
  '/api/v1/inbound-shipments': ['/api/v1/inbound-shipments?limit=200'],
  '/api/v1/returns': ['/api/v1/returns?limit=200'],
  '/api/v1/returns/:id': [`/api/v1/returns/${NOBODYS}`],
  '/api/v1/returns/:id/announcement': [`/api/v1/returns/${NOBODYS}/announcement`],
  '/api/v1/deliveries': ['/api/v1/deliveries?limit=200'],
  '/api/v1/inbound-shipments/:id/announcement': [`/api/v1/inbound-shipments/${NOBODYS}/announcement`],
  '/api/v1/inbound-shipments/:id': [`/api/v1/inbound-shipments/${NOBODYS}`],
  '/api/v1/stock-counts': ['/api/v1/stock-counts?limit=200'],
  '/api/v1/stock-counts/:id': [`/api/v1/stock-counts/${NOBODYS}`],
  '/api/v1/stock-counts/:id/lines': [`/api/v1/stock-counts/${NOBODYS}/lines`],
  '/api/v1/adjustment-reasons': ['/api/v1/adjustment-reasons'],
}

/** Every route that changes them, asked for those of another organization, or with what is refused. */
export function placeWrites(
  given: PlaceIds & { ask: ServedHub['ask']; key: () => Record<string, string>; mark: string },
): Record<string, () => Promise<Answer>> {
  const { ask, key, mark, transferId, inboundId, countId } = given
  const lines = [{ line: 1, quantity: 1 }]
  const sku = `${mark}-1`
  const keyed: Record<string, object> = {
    '/api/v1/stock/transfer POST /api/v1/stock/transfer': { sku, from: mark, to: 'MAIN', quantity: 1 },
    '/api/v1/transfers POST /api/v1/transfers': { from: mark, to: 'MAIN', lines: [{ sku, quantity: 1 }] },
    [`/api/v1/transfers/${transferId}/dispatch POST /api/v1/transfers/:id/dispatch`]: {},
    [`/api/v1/transfers/${transferId}/receive POST /api/v1/transfers/:id/receive`]: { lines },
    [`/api/v1/transfers/${transferId}/close POST /api/v1/transfers/:id/close`]: { reason: 'x' },
    [`/api/v1/transfers/${transferId}/cancel POST /api/v1/transfers/:id/cancel`]: {},
    '/api/v1/inbound-shipments POST /api/v1/inbound-shipments': {
      location: mark,
      lines: [{ sku, quantity: 1 }],
    },
    [`/api/v1/inbound-shipments/${inboundId}/receive POST /api/v1/inbound-shipments/:id/receive`]: { lines },
    [`/api/v1/inbound-shipments/${inboundId}/cancel POST /api/v1/inbound-shipments/:id/cancel`]: {},
    '/api/v1/returns POST /api/v1/returns': { number: 'x', location: mark, lines: [{ sku, quantity: 1 }] },
    [`/api/v1/returns/${OTHERS_RETURN}/inspect POST /api/v1/returns/:id/inspect`]: {
      lines: [{ line: 1, quantity: 1, condition: 'sellable' }],
    },
    [`/api/v1/returns/${OTHERS_RETURN}/cancel POST /api/v1/returns/:id/cancel`]: {},
    '/api/v1/stock-counts POST /api/v1/stock-counts': { location: mark },
    [`/api/v1/stock-counts/${countId}/enter POST /api/v1/stock-counts/:id/enter`]: {
      counter: 'x',
      entries: [{ sku, quantity: 1 }],
    },
    [`/api/v1/stock-counts/${countId}/recount POST /api/v1/stock-counts/:id/recount`]: {},
    [`/api/v1/stock-counts/${countId}/approve POST /api/v1/stock-counts/:id/approve`]: { approver: 'x' },
    [`/api/v1/stock-counts/${countId}/post POST /api/v1/stock-counts/:id/post`]: {},
    [`/api/v1/stock-counts/${countId}/cancel POST /api/v1/stock-counts/:id/cancel`]: {},
  }
  const documents = Object.fromEntries(
    Object.entries(keyed).map(([names, body]) => {
      const [url = '', method, path] = names.split(' ')
      return [`${method} ${path}`, () => ask('POST', url, body, key())]
    }),
  )
  const at = `/api/v1/locations/${mark}`
  return {
    'POST /api/v1/inbound-shipments/:id/announce': () =>
      ask('POST', `/api/v1/inbound-shipments/${inboundId}/announce`, {}),
    'POST /api/v1/returns/:id/announce': () => ask('POST', `/api/v1/returns/${OTHERS_RETURN}/announce`, {}),
    ...documents,
    'POST /api/v1/locations': () =>
      ask('POST', '/api/v1/locations', { code: mark, name: 'x', kind: 'store', country: 'XX' }),
    'PATCH /api/v1/locations/:code': () => ask('PATCH', at, { name: 'Mine' }),
    'POST /api/v1/locations/:code/archive': () => ask('POST', `${at}/archive`, {}),
    'POST /api/v1/locations/:code/restore': () => ask('POST', `${at}/restore`, {}),
    'PUT /api/v1/locations/:code/bins': () => ask('PUT', `${at}/bins`, { bins: [{ code: mark }] }),
    'DELETE /api/v1/locations/:code/bins/:bin': () => ask('DELETE', `${at}/bins/${mark}`),
    'PUT /api/v1/locations/:code/bin-items': () =>
      ask('PUT', `${at}/bin-items`, { items: [{ sku, bin: null }] }),
    'PUT /api/v1/adjustment-reasons/:code': () =>
      ask('PUT', `/api/v1/adjustment-reasons/${mark.toLowerCase()}`, {
        nameEn: '',
        nameZh: '',
        direction: 'in',
      }),
    'DELETE /api/v1/adjustment-reasons/:code': () =>
      ask('DELETE', `/api/v1/adjustment-reasons/${mark.toLowerCase()}`),
    'PUT /api/v1/adjustment-reason-rule': () => ask('PUT', '/api/v1/adjustment-reason-rule', {}),
  }
}
