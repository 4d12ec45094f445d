/** Rights as eBay names them. Source: the OpenAPI documents' `security` (read 2026-11). */
const root = 'https://api.ebay.com/oauth/api_scope'

export const scopes = {
  /** Calls of the application itself, and the Trading and Post-Order APIs with a user's token. */
  base: root,
  inventory: `${root}/sell.inventory`,
  fulfillment: `${root}/sell.fulfillment`,
  account: `${root}/sell.account.readonly`,
  identity: `${root}/commerce.identity.readonly`,
  notification: `${root}/commerce.notification.subscription`,
} as const

/** What a seller is asked to grant. */
export const grantedScopes: readonly string[] = Object.values(scopes)
