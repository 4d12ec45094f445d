import {
  type CallOptions,
  type CheckResult,
  isConnectorError,
  Malformed,
  toWarnings,
  type Words,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { stores } from './answers.ts'
import { readPlaces } from './stock.ts'
import { ask, type Context } from './transport.ts'

/**
 * Neither API names the account: it is known by its oldest store, the manual one that every account begins with and
 * cannot lose.
 */
export async function check(context: Context, options?: CallOptions): Promise<CheckResult> {
  const { storeId, stock } = context.settings
  const query = { showInactive: true }
  const found = await ask(context, { api: 'v1', operation: 'check', path: '/stores', query, options }, stores)
  const [oldest] = found.value.toSorted((one, other) => one.storeId - other.storeId)
  if (oldest === undefined) throw new Malformed('check: an account without a store', '')
  // That the key of V2 is good as well.
  await ask(
    context,
    { api: 'v2', operation: 'check.v2', path: '/v2/warehouses', options },
    z.object({ warehouses: z.array(z.unknown()) }),
  )
  const isThere = storeId === undefined || found.value.some((each) => String(each.storeId) === storeId)
  const named = found.value
    .slice(0, 10)
    .map((each) => `${each.storeName || 'a store'} (${each.storeId})`)
    .join(', ')
  return {
    account: oldest.storeName || `store ${oldest.storeId}`,
    accountId: String(oldest.storeId),
    currency: undefined,
    timeZone: 'America/Los_Angeles',
    missingScopes: [],
    ...toWarnings([
      ...(isThere
        ? []
        : [
            {
              en: `There is no store ${storeId}. There: ${named}.`,
              zh: `没有店铺 ${storeId}。可选：${named}。`,
            },
          ]),
      ...(stock === 'record' ? await stockWarnings(context, options) : []),
    ]),
  }
}

async function stockWarnings(context: Context, options?: CallOptions): Promise<Words[]> {
  try {
    const { unplaced } = await readPlaces(context, options)
    return unplaced.map((name) => ({
      en: `The inventory warehouse ${name} has the name of no ship-from location: its stock is not read. Say in the settings where it lies.`,
      zh: `库存仓 ${name} 与任何发货地点都不同名：不读取其库存。请在设置中说明它位于何处。`,
    }))
  } catch (error) {
    if (!isConnectorError(error) || (error.kind !== 'forbidden' && error.kind !== 'not-found')) throw error
    return [
      {
        en: 'The plan of the account has no inventory, so no stock is read from it.',
        zh: '该账户的套餐不含库存功能，因此不从中读取库存。',
      },
    ]
  }
}
