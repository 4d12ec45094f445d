import type { BookedWrite } from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'
import { ApiError, invalid, notFound, toError } from './api-error.ts'
import type { Marketplace } from './marketplace.ts'
import type { Item } from './records.ts'
import type { Route, RouteCall } from './server.ts'
import { toQuantityShape } from './shapes.ts'

const API = 'GMP_INVENTORY_API'
const WFS_LIMIT_MAX = 300
const LIST_LIMIT_MAX = 50

const amount = z.int().min(0).max(2_147_483_647)
const quantity = z.object({ unit: z.literal('EACH'), amount })
const singleBody = z.object({ sku: z.string().min(1), quantity })
const nodesBody = z.object({
  inventories: z.object({ nodes: z.array(z.object({ shipNode: z.string(), inputQty: quantity })).min(1) }),
})

/** Quantities, one by one and by node; and what Walmart keeps itself. */
export function inventoryRoutes(
  marketplace: Marketplace,
  onWrite: (write: Omit<BookedWrite, 'before' | 'after'> & { before: number | null }) => void,
): Route[] {
  const itemOf = (sku: string | undefined): Item => {
    const item = marketplace.items.get(sku ?? '')
    if (item === undefined) throw notFound(API, `Item not found for SKU ${sku}.`)
    return item
  }
  /** Calls that name no node act on the first. */
  const nodeOf = (shipNode: string | undefined): string => {
    const [first] = marketplace.nodes.keys()
    const id = shipNode ?? first
    if (id === undefined || !marketplace.nodes.has(id)) {
      throw invalid(API, 'shipNode', `No fulfilment centre ${id}.`)
    }
    return id
  }
  const write = (item: Item, node: string, wanted: number, receivedAtNs: string): void => {
    if (item.isKept) throw invalid(API, 'sku', `Walmart fulfils ${item.sku}.`)
    const before = marketplace.setInput(item.sku, node, wanted) ?? null
    onWrite({ atNs: receivedAtNs, stockUnitId: item.sku, locationId: node, quantity: wanted, before })
  }
  const nodesOf = (sku: string) =>
    [...(marketplace.inputs.get(sku) ?? [])].map(([shipNode, input]) => ({
      shipNode,
      inputQty: toQuantityShape(input),
      availToSellQty: toQuantityShape(marketplace.availableAt(sku, shipNode)),
      reservedQty: toQuantityShape(marketplace.reservedOf(sku, shipNode)),
    }))

  const readOne = ({ query }: RouteCall) => {
    const { sku } = itemOf(query.sku)
    const input = marketplace.inputOf(sku, nodeOf(query.shipNode))
    if (input === undefined) throw notFound(API, `No inventory of ${sku}.`)
    return { sku, quantity: toQuantityShape(input) }
  }
  const writeOne = ({ query, body, receivedAtNs }: RouteCall) => {
    const parsed = singleBody.safeParse(body)
    if (!parsed.success) throw invalid(API, fieldOf(parsed.error), 'Request content is invalid.')
    if (query.sku !== parsed.data.sku) throw invalid(API, 'sku', 'The SKUs of query and body differ.')
    const item = itemOf(query.sku)
    write(item, nodeOf(query.shipNode), parsed.data.quantity.amount, receivedAtNs)
    return { sku: item.sku, quantity: toQuantityShape(parsed.data.quantity.amount) }
  }
  const writeNodes = ({ params, body, receivedAtNs }: RouteCall) => {
    const parsed = nodesBody.safeParse(body)
    if (!parsed.success) throw invalid(API, fieldOf(parsed.error), 'Request content is invalid.')
    const item = itemOf(params.sku)
    const nodes = parsed.data.inventories.nodes.map(({ shipNode, inputQty }) => {
      try {
        write(item, nodeOf(shipNode), inputQty.amount, receivedAtNs)
        return { shipNode, status: 'Success' }
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        return { shipNode, status: 'Failure', errors: [toError(error)] }
      }
    })
    return { sku: item.sku, nodes }
  }
  const listNodes = ({ query }: RouteCall) => {
    const limit = Math.min(LIST_LIMIT_MAX, Number(query.limit ?? 10) || 10)
    const skus = [...marketplace.inputs.keys()]
    const from =
      query.nextCursor === undefined ? 0 : Number(Buffer.from(query.nextCursor, 'base64').toString())
    const page = skus.slice(from, from + limit)
    const end = from + page.length
    return {
      meta: {
        totalCount: skus.length,
        ...(end < skus.length && { nextCursor: Buffer.from(String(end)).toString('base64') }),
      },
      elements: { inventories: page.map((sku) => ({ sku, nodes: nodesOf(sku) })) },
    }
  }
  const listKept = ({ query }: RouteCall) => {
    const limit = Math.min(WFS_LIMIT_MAX, Number(query.limit ?? 10) || 10)
    const offset = Number(query.offset ?? 0)
    const rows = [...marketplace.kept].filter(([sku]) => query.sku === undefined || query.sku === sku)
    return {
      headers: { totalCount: rows.length, limit, offset },
      payload: {
        inventory: rows.slice(offset, offset + limit).map(([sku, { available, onHand, modifiedMs }]) => ({
          sku,
          shipNodes: [
            {
              modifiedDate: new Date(modifiedMs).toISOString(),
              availToSellQty: available,
              onHandQty: onHand,
              shipNodeType: 'WFSFulfilled',
            },
          ],
        })),
      },
    }
  }

  return [
    { method: 'GET', path: '/v3/inventory', limit: 'inventory-get', handle: readOne },
    { method: 'PUT', path: '/v3/inventory', limit: 'inventory-put', handle: writeOne },
    { method: 'GET', path: '/v3/inventories', limit: 'inventories-get', handle: listNodes },
    {
      method: 'GET',
      path: '/v3/inventories/:sku',
      limit: 'inventories-get',
      handle({ params, query }) {
        const { sku } = itemOf(params.sku)
        const nodes = nodesOf(sku).filter(
          ({ shipNode }) => query.shipNode === undefined || query.shipNode === shipNode,
        )
        return { sku, nodes }
      },
    },
    { method: 'PUT', path: '/v3/inventories/:sku', limit: 'inventory-put', handle: writeNodes },
    { method: 'GET', path: '/v3/fulfillment/inventory', limit: 'wfs-get', handle: listKept },
  ]
}

export function fieldOf(error: z.ZodError): string {
  return error.issues[0]?.path.map(String).join('.') || 'body'
}
