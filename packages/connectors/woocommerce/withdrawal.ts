import type { WooApi } from './api.ts'
import { fromExternalId } from './ids.ts'

/**
 * Takes a product or a single variation off the storefront, or puts it back. Products and variations have a status
 * of their own each: `private` ones are not sold to shoppers. Source: REST API v3, "Product properties" and "Product
 * variation properties", `status` (read 2026-08).
 */
export async function setWithdrawn(
  externalId: string,
  isWithdrawn: boolean,
  { api, signal }: { api: WooApi; signal?: AbortSignal | undefined },
): Promise<void> {
  const id = fromExternalId(externalId, 'externalId')
  const { data } = await api.product({ id, signal })
  const status = isWithdrawn ? 'private' : 'publish'
  if (data.status === status) return
  const parentId = data.type === 'variation' ? data.parent_id || undefined : undefined
  await api.setStatus({ id, parentId, status, signal })
}
