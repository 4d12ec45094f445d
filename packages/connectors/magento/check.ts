import { type CheckResult, isConnectorError, toWarnings, type Words } from '@plimsoll/connector-kit'
import type { MagentoApi } from './api.ts'
import type { Scopes } from './scope.ts'
import { authorizationOf, type Credentials, type Settings } from './settings.ts'

type Checking = {
  api: MagentoApi
  scopes: Scopes
  settings: Settings
  credentials: Credentials
  signal?: AbortSignal | undefined
}

/**
 * Who the shop is, which rights are missing, and what a person should know before going live.
 * @throws Unauthorized for wrong credentials; Invalid for a store view or source that is not there
 */
export async function check(checking: Checking): Promise<CheckResult> {
  const { api, scopes, settings, signal } = checking
  const missingScopes: string[] = []
  const allowed = async <T>(call: Promise<T>): Promise<T | undefined> => {
    try {
      return await call
    } catch (error) {
      if (!isConnectorError(error) || error.kind !== 'forbidden' || !('scope' in error)) throw error
      for (const scope of String(error.scope).split(/\s*,\s*/))
        if (!missingScopes.includes(scope)) missingScopes.push(scope)
      return undefined
    }
  }

  const configs = (await allowed(api.storeConfigs({ signal })))?.data
  const scope = await allowed(scopes.read({ signal }))
  await allowed(api.products({ pageSize: 1, signal }))
  await allowed(api.orders({ pageSize: 1, signal }))
  await allowed(api.documents({ kind: 'shipments', pageSize: 1, signal }))
  await allowed(api.documents({ kind: 'creditmemos', pageSize: 1, signal }))
  await allowed(api.stockItems({ page: 1, pageSize: 1, signal }))
  if (scope?.kind === 'sources') {
    await allowed(api.sourceItems({ pageSize: 1, signal }))
    await allowed(mayDo(api.saveSourceItems({ rows: [], signal })))
  }
  // There is no order 0: whoever may ship and cancel is told so, whoever may not is told that.
  await allowed(mayDo(api.ship({ orderId: 0, body: {}, signal })))
  await allowed(mayDo(api.cancelOrder({ id: 0, signal })))
  const stocks = scope?.kind === 'sources' ? await allowed(api.stocks({ pageSize: 100, signal })) : undefined

  const own = configs?.find(({ code }) => code === settings.store) ?? configs?.[0]
  return {
    account: `${settings.url}, ${settings.store === 'all' ? 'all store views' : `store view ${settings.store}`}`,
    accountId: accountIdOf(settings),
    currency: own?.base_currency_code ?? undefined,
    timeZone: own?.timezone ?? undefined,
    missingScopes,
    ...toWarnings(
      warningsOf(checking, {
        isSingle: scope?.kind === 'single',
        isPartOfShop: scope?.storeIds !== undefined,
        soldStocks:
          stocks?.data.items.filter((stock) => (stock.extension_attributes?.sales_channels ?? []).length > 0)
            .length ?? 1,
      }),
    ),
  }
}

/** A shop says nothing of itself that never changes but where it is; with or without TLS, and www, it is the same. */
export function accountIdOf({ url, store }: Pick<Settings, 'url' | 'store'>): string {
  return `${url.toLowerCase().replace(/^https?:\/\/(www\.)?/, '')} ${store}`
}

/** What is refused for its content was allowed. */
async function mayDo(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (isConnectorError(error) && (error.kind === 'not-found' || error.kind === 'invalid')) return
    throw error
  }
}

function warningsOf(
  { settings, credentials }: Checking,
  found: { isSingle: boolean; isPartOfShop: boolean; soldStocks: number },
): Words[] {
  const warnings: Words[] = []
  if (settings.url.startsWith('http:')) {
    warnings.push({
      en: 'insecure: the address is plain http, so anybody on the way can read orders. Give the shop a certificate and connect with https.',
      zh: '不安全：地址是未加密的 http，途中任何人都能读取订单。请为店铺配置证书并以 https 连接。',
    })
  }
  if (found.isSingle) {
    warnings.push({
      en: 'The modules for many sources are switched off: the shop has one stock, which is written product by product.',
      zh: '多源库存模块已停用：店铺只有一份库存，按商品逐个写入。',
    })
  }
  if (!found.isPartOfShop && found.soldStocks > 1) {
    warnings.push({
      en: `The shop sells from ${found.soldStocks} stocks. Connect each by itself, with a store view of a website that sells from it: an order takes its units from the stock of its own website.`,
      zh: `店铺从 ${found.soldStocks} 份库存销售。请分别连接，各用一个从该库存销售的网站的商店视图：订单从其所属网站的库存中扣减。`,
    })
  }
  if (authorizationOf(credentials)?.kind === 'bearer') {
    warnings.push({
      en: 'The access token goes as a bearer token, which shops allow only where somebody switched it on. With all four secrets of the integration requests are signed instead.',
      zh: '访问令牌以 bearer 方式发送，只有开启后店铺才接受。若提供集成的全部四个密钥，则改为签名请求。',
    })
  }
  if (settings.asynchronousIncreases) {
    warnings.push({
      en: 'Raised quantities wait in the shop’s message queue. If its consumer async.operations.all stops, they act whenever it is started again.',
      zh: '上调的数量在店铺的消息队列中等待。若其消费者 async.operations.all 停止，则在重新启动后才生效。',
    })
  }
  return warnings
}
