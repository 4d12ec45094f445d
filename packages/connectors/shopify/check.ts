import { type CallOptions, type CheckResult, toWarnings, type Words } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { mayReadAddresses } from './addresses.ts'
import { API_VERSION, type Api } from './api.ts'
import { CHECK } from './documents.ts'
import { includes, OPTIONAL_SCOPES, SCOPES, SERVICE_SCOPES, toScopes } from './scopes.ts'
import type { Settings } from './settings.ts'

const scopesSchema = z.array(z.object({ handle: z.string() }))
const checkSchema = z.object({
  shop: z.object({
    name: z.string(),
    myshopifyDomain: z.string(),
    currencyCode: z.string(),
    ianaTimezone: z.string(),
  }),
  currentAppInstallation: z.object({
    /** What this shop has granted. */
    accessScopes: scopesSchema,
    /** What the application asks every shop for, and what it may ask for later. */
    app: z.object({ requestedAccessScopes: scopesSchema, optionalAccessScopes: scopesSchema }),
  }),
})

export async function check(api: Api, settings: Settings, options: CallOptions = {}): Promise<CheckResult> {
  const { data, servedVersion, deprecatedReason } = await api.read(CHECK, {}, checkSchema, options)
  const { accessScopes, app } = data.currentAppInstallation
  const granted = toScopes(accessScopes)
  const needed = [...SCOPES, ...(settings.fulfillmentService === undefined ? [] : SERVICE_SCOPES)]
  const missingScopes = needed.filter((scope) => !includes(granted, scope))
  const warnings: Words[] = []
  if (servedVersion !== undefined && servedVersion !== API_VERSION) {
    warnings.push({
      en: `Shopify answered in version ${servedVersion} instead of ${API_VERSION}: update Plimsoll.`,
      zh: `Shopify 以版本 ${servedVersion} 而非 ${API_VERSION} 应答：请更新 Plimsoll。`,
    })
  }
  if (deprecatedReason !== undefined) {
    warnings.push({
      en: `Shopify says that something Plimsoll asks for is to go away: ${deprecatedReason}`,
      zh: `Shopify 表示 Plimsoll 所用的某项接口即将停用：${deprecatedReason}`,
    })
  }
  if (data.shop.myshopifyDomain !== settings.shop) {
    warnings.push({
      en: `The shop calls itself ${data.shop.myshopifyDomain}, not ${settings.shop}.`,
      zh: `店铺自称 ${data.shop.myshopifyDomain}，而非 ${settings.shop}。`,
    })
  }
  // Not missing: all else works without them, and not every shop may want to give them.
  for (const { scope, without } of OPTIONAL_SCOPES) {
    if (!includes(granted, scope))
      warnings.push({ en: `Without ${scope}, ${without.en}.`, zh: `没有 ${scope} 权限时，${without.zh}。` })
  }
  if (includes(granted, 'read_orders') && (await mayReadAddresses(api, options)) === false) {
    warnings.push({
      en: 'Shopify does not tell this application who the buyers are: orders cannot be routed by country or sent by the hub. Ask for access to protected customer data (name, address, phone, email) in the Partner Dashboard.',
      zh: 'Shopify 不向此应用提供买家信息：无法按国家分配订单，也无法由 Plimsoll 发货。请在 Partner Dashboard 中申请访问受保护的客户数据（姓名、地址、电话、邮箱）。',
    })
  }
  warnings.push(
    ...whereToGrant(missingScopes, toScopes([...app.requestedAccessScopes, ...app.optionalAccessScopes])),
  )
  return {
    account: `${data.shop.name} (${data.shop.myshopifyDomain})`,
    // The permanent domain: never given to another shop.
    accountId: data.shop.myshopifyDomain,
    currency: data.shop.currencyCode,
    timeZone: data.shop.ianaTimezone,
    missingScopes,
    ...toWarnings(warnings),
  }
}

/** Two different people mend it: who owns the application, and who owns the shop. */
function whereToGrant(missing: readonly string[], asked: ReadonlySet<string>): Words[] {
  const byApp = missing.filter((scope) => !includes(asked, scope))
  const byShop = missing.filter((scope) => includes(asked, scope))
  return [
    ...(byApp.length === 0
      ? []
      : [
          {
            en: `The application does not ask for ${byApp.join(', ')}: add that to its configuration in the Dev Dashboard and release a version.`,
            zh: `应用未申请 ${byApp.join('、')}：请在 Dev Dashboard 的配置中添加并发布一个版本。`,
          },
        ]),
    ...(byShop.length === 0
      ? []
      : [
          {
            en: `The shop has not granted ${byShop.join(', ')}, which the application asks for: open the application in the shop's admin and agree.`,
            zh: `店铺尚未授予应用申请的 ${byShop.join('、')}：请在店铺后台打开该应用并同意。`,
          },
        ]),
  ]
}
