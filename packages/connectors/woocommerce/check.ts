import {
  type CheckResult,
  type ConnectorError,
  Forbidden,
  isConnectorError,
  toWarnings,
  type Words,
} from '@plimsoll/connector-kit'
import type { WooApi } from './api.ts'
import { sleepingWebhooks } from './subscriptions.ts'

type Checking = { api: WooApi; url: string; signal?: AbortSignal | undefined }

/**
 * Who the shop is and what a person should know before going live.
 * @throws Unauthorized for wrong keys; Forbidden when the site has no WooCommerce
 */
export async function check({ api, url, signal }: Checking): Promise<CheckResult> {
  const missingScopes: string[] = []
  const warnings: Words[] = []
  const allowed = async <T>(call: Promise<T>, scope: string): Promise<T | undefined> => {
    try {
      return await call
    } catch (error) {
      if (!isConnectorError(error) || error.kind !== 'forbidden') throw error
      if (!missingScopes.includes(scope)) missingScopes.push(scope)
      return undefined
    }
  }

  const { data: site } = await api.siteIndex({ signal })
  if (!site.namespaces.includes('wc/v3')) {
    throw new Forbidden('The site is WordPress, but its WooCommerce is off or older than 3.5.', 'wc/v3')
  }
  const status = await allowed(api.systemStatus({ signal }), 'manage_woocommerce')
  const options = await allowed(api.productSettings({ signal }), 'manage_woocommerce')
  const asleep = await allowed(sleepingWebhooks({ api, signal }), 'manage_woocommerce')
  if (!(await mayWrite({ api, signal }))) missingScopes.push('read_write')

  if (url.startsWith('http:')) {
    warnings.push({
      en: 'insecure: the address is plain http, so anybody on the way can read orders. Give the shop a certificate and connect with https.',
      zh: '不安全：地址是未加密的 http，途中任何人都能读取订单。请为店铺配置证书并以 https 连接。',
    })
  }
  const option = (id: string) => options?.data.find((one) => one.id === id)?.value
  if (option('woocommerce_manage_stock') === 'no') {
    warnings.push({
      en: 'The shop does not count stock at all: tick "Enable stock management" under WooCommerce > Settings > Products > Inventory.',
      zh: '店铺完全不管理库存：请在 WooCommerce > 设置 > 产品 > 库存 中勾选“启用库存管理”（Enable stock management）。',
    })
  }
  const holdMinutes = option('woocommerce_hold_stock_minutes')
  if (holdMinutes === '' || holdMinutes === '0' || holdMinutes === 0) {
    warnings.push({
      en: 'Unpaid orders are never cancelled: "Hold stock (minutes)" is empty, so each keeps its units until a person cancels it.',
      zh: '未付款的订单永不取消：“保留库存（分钟）”（Hold stock）为空，每个订单都会一直占用库存，直到有人取消。',
    })
  }
  if (asleep !== undefined && asleep.length > 0) {
    warnings.push({
      en: `The shop has switched off webhooks after failures: ${asleep.join(', ')}.`,
      zh: `店铺在多次失败后停用了这些 webhook：${asleep.join('、')}。`,
    })
  }
  if (status?.data.settings?.HPOS_enabled === false) {
    warnings.push({
      en: 'Orders are kept as posts (legacy order storage), where lists of changed orders are slow: switch to high-performance order storage under WooCommerce > Settings > Advanced > Features, if your plugins allow it.',
      zh: '订单以文章形式保存（旧式存储），列出有变动的订单较慢：若插件支持，请在 WooCommerce > 设置 > 高级 > 功能 中改用高性能订单存储。',
    })
  }
  if (status !== undefined && isOlderThan(status.data.environment.version, 7)) {
    const { version } = status.data.environment
    warnings.push({
      en: `WooCommerce ${version} is old; orders are read more slowly before 7.0.`,
      zh: `WooCommerce ${version} 版本较旧；7.0 之前读取订单较慢。`,
    })
  }

  return {
    account: site.name === '' ? url : `${site.name} (${url})`,
    accountId: accountIdOf(url),
    currency: status?.data.settings?.currency,
    timeZone: site.timezone_string || offsetOf(site.gmt_offset),
    missingScopes,
    ...toWarnings(warnings),
  }
}

/** A shop says nothing of itself that never changes but where it is; with or without TLS, and www, it is the same. */
export function accountIdOf(url: string): string {
  return url.toLowerCase().replace(/^https?:\/\/(www\.)?/, '')
}

/** A key with read permission only is answered 401 here, although it is good for reading. */
async function mayWrite({ api, signal }: Pick<Checking, 'api' | 'signal'>): Promise<boolean> {
  try {
    await api.probeWriting({ signal })
    return true
  } catch (error) {
    if (!isConnectorError(error) || !isMissingPermission(error)) throw error
    return false
  }
}

function isMissingPermission(error: ConnectorError): boolean {
  return error.kind === 'forbidden' || error.kind === 'unauthorized'
}

function isOlderThan(version: string, major: number): boolean {
  const found = Number(version.split('.')[0])
  return Number.isSafeInteger(found) && found < major
}

/** Sites set to an offset instead of a city have no name for their zone. */
function offsetOf(hours: number | string | undefined): string | undefined {
  const offset = Number(hours ?? Number.NaN)
  if (!Number.isFinite(offset)) return undefined
  const minutes = Math.round(Math.abs(offset) * 60)
  const pad = (part: number) => String(part).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`
}
