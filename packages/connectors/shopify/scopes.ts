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

/** Rights without which all else works, each with what does not. */
export const OPTIONAL_SCOPES: readonly { scope: string; without: string }[] = [
  { scope: 'read_all_orders', without: 'orders older than 60 days stay invisible' },
  {
    scope: 'write_publications',
    without: 'a listing whose decrease Shopify refuses cannot be taken off sale by the hub',
  },
  { scope: 'write_orders', without: 'the hub cannot cancel orders or units' },
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
