import type { MagentoApi } from './api.ts'
import { findProduct } from './listings.ts'

const ENABLED = 1
const DISABLED = 2

/**
 * Disables a product in the connection's scope, or enables it again: a disabled one is sold to nobody, by itself and in
 * configurables and bundles. Source: catalog attribute `status` (read 2026-11).
 */
export async function setWithdrawn(
  externalId: string,
  isWithdrawn: boolean,
  { api, signal }: { api: MagentoApi; signal?: AbortSignal | undefined },
): Promise<void> {
  const { sku, status } = await findProduct(externalId, { api, signal })
  const wanted = isWithdrawn ? DISABLED : ENABLED
  if (status === wanted) return
  await api.saveProduct({ product: { sku, status: wanted }, signal })
}
