import type { CallOptions, CheckResult } from '@plimsoll/connector-kit'
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
  const warnings: string[] = []
  if (servedVersion !== undefined && servedVersion !== API_VERSION) {
    warnings.push(`Shopify answered in version ${servedVersion} instead of ${API_VERSION}: update Plimsoll.`)
  }
  if (deprecatedReason !== undefined) {
    warnings.push(`Shopify says that something Plimsoll asks for is to go away: ${deprecatedReason}`)
  }
  if (data.shop.myshopifyDomain !== settings.shop) {
    warnings.push(`The shop calls itself ${data.shop.myshopifyDomain}, not ${settings.shop}.`)
  }
  // Not missing: all else works without them, and not every shop may want to give them.
  for (const { scope, without } of OPTIONAL_SCOPES) {
    if (!includes(granted, scope)) warnings.push(`Without ${scope}, ${without}.`)
  }
  if (includes(granted, 'read_orders') && (await mayReadAddresses(api, options)) === false) {
    warnings.push(
      'Shopify does not tell this application who the buyers are: orders cannot be routed by country or sent by the hub. Ask for access to protected customer data (name, address, phone, email) in the Partner Dashboard.',
    )
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
    warnings,
  }
}

/** Two different people mend it: who owns the application, and who owns the shop. */
function whereToGrant(missing: readonly string[], asked: ReadonlySet<string>): string[] {
  const byApp = missing.filter((scope) => !includes(asked, scope))
  const byShop = missing.filter((scope) => includes(asked, scope))
  return [
    ...(byApp.length === 0
      ? []
      : [
          `The application does not ask for ${byApp.join(', ')}: add that to its configuration in the Dev Dashboard and release a version.`,
        ]),
    ...(byShop.length === 0
      ? []
      : [
          `The shop has not granted ${byShop.join(', ')}, which the application asks for: open the application in the shop's admin and agree.`,
        ]),
  ]
}
