/** What Walmart keeps of the seller's stock in its own fulfilment centres, taken together. */
export const WFS_LOCATION = 'WFS'

/** The one place of an account that has set up no fulfilment centre: calls that name none act on it. */
export const DEFAULT_LOCATION = 'default'

/**
 * Whether a SKU can stand in a path. Gateways decode, refuse or resolve what is escaped there (`%2F`, `%25`, `..`); in a
 * query every character is safe.
 */
export function isPathSafe(sku: string): boolean {
  return !/[%/\\?#]/.test(sku) && sku !== '.' && sku !== '..'
}
