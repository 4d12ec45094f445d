import type { Words } from '@plimsoll/connector-kit'
import { z } from 'zod'

/** What a shop has granted, and what is asked of it. */

/** Rights that the hub needs; a `write_` right includes its `read_` twin. */
export const SCOPES = [
  'read_products',
  'read_locations',
  'read_inventory',
  'write_inventory',
  'read_orders',
  'read_merchant_managed_fulfillment_orders',
  'write_merchant_managed_fulfillment_orders',
] as const

/** To read returns, and to hear of them by webhook. */
export const RETURNS_SCOPE = 'read_returns'

/** Rights without which all else works, each with what does not. */
export const OPTIONAL_SCOPES: readonly { scope: string; without: Words }[] = [
  {
    scope: 'read_all_orders',
    without: { en: 'orders older than 60 days stay invisible', zh: '看不到 60 天以前的订单' },
  },
  {
    scope: 'write_publications',
    without: {
      en: 'a listing whose decrease Shopify refuses cannot be taken off sale by the hub',
      zh: '若 Shopify 拒绝降低某刊登的数量，Plimsoll 无法将其下架',
    },
  },
  {
    scope: 'write_orders',
    without: { en: 'the hub cannot cancel orders or units', zh: 'Plimsoll 无法取消订单或其中的件数' },
  },
  {
    scope: RETURNS_SCOPE,
    without: {
      en: 'the hub is not told of returns that customers were granted',
      zh: 'Plimsoll 不会得知已同意客户的退货',
    },
  },
]

/** What it takes besides to be a fulfilment service: to make it, and to answer what it is asked. */
export const SERVICE_SCOPES = [
  'write_fulfillments',
  'read_assigned_fulfillment_orders',
  'write_assigned_fulfillment_orders',
] as const

/** Asked for on Shopify's page. `read_all_orders` must be approved by Shopify first, and is not asked for. */
export function scopesToAskFor({ isService }: { isService: boolean }): string[] {
  const optional = OPTIONAL_SCOPES.map(({ scope }) => scope).filter((scope) => scope !== 'read_all_orders')
  return [...SCOPES, ...optional, ...(isService ? SERVICE_SCOPES : [])]
}

const scopeRows = z.array(z.object({ handle: z.string() }))
/** What this shop has granted. */
export const grantedSchema = z.object({ currentAppInstallation: z.object({ accessScopes: scopeRows }) })

export function toScopes(rows: readonly { handle: string }[]): ReadonlySet<string> {
  return new Set(rows.map(({ handle }) => handle))
}

/** A right to write includes the one to read. */
export function includes(scopes: ReadonlySet<string>, scope: string): boolean {
  return scopes.has(scope) || scopes.has(scope.replace(/^read_/, 'write_'))
}
