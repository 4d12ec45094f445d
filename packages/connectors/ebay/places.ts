/** Where eBay is: its hosts, and its sites. */
export type Environment = 'production' | 'sandbox'

/** `api` serves most, `apiz` who a token is for, `auth` the page on which a person agrees. */
export type Host = 'api' | 'apiz' | 'auth'

/** @param endpoint of a simulator, which stands for all hosts */
export function addressOf(
  host: Host,
  place: { environment: Environment; endpoint?: string | undefined },
): string {
  if (place.endpoint !== undefined) return place.endpoint
  return place.environment === 'sandbox' ? `https://${host}.sandbox.ebay.com` : `https://${host}.ebay.com`
}

/**
 * eBay's sites as REST calls name them, with the number that the Trading API has for each and the currency.
 * Source: developer.ebay.com/devzone/xml/docs/Reference/eBay/types/SiteCodeType.html (read 2026-11).
 */
export const marketplaces = {
  EBAY_US: { siteId: 0, currency: 'USD', country: 'US', en: 'United States', zh: '美国' },
  EBAY_CA: { siteId: 2, currency: 'CAD', country: 'CA', en: 'Canada', zh: '加拿大' },
  EBAY_GB: { siteId: 3, currency: 'GBP', country: 'GB', en: 'United Kingdom', zh: '英国' },
  EBAY_AU: { siteId: 15, currency: 'AUD', country: 'AU', en: 'Australia', zh: '澳大利亚' },
  EBAY_AT: { siteId: 16, currency: 'EUR', country: 'AT', en: 'Austria', zh: '奥地利' },
  EBAY_BE: { siteId: 23, currency: 'EUR', country: 'BE', en: 'Belgium', zh: '比利时' },
  EBAY_FR: { siteId: 71, currency: 'EUR', country: 'FR', en: 'France', zh: '法国' },
  EBAY_DE: { siteId: 77, currency: 'EUR', country: 'DE', en: 'Germany', zh: '德国' },
  EBAY_IT: { siteId: 101, currency: 'EUR', country: 'IT', en: 'Italy', zh: '意大利' },
  EBAY_NL: { siteId: 146, currency: 'EUR', country: 'NL', en: 'Netherlands', zh: '荷兰' },
  EBAY_ES: { siteId: 186, currency: 'EUR', country: 'ES', en: 'Spain', zh: '西班牙' },
  EBAY_CH: { siteId: 193, currency: 'CHF', country: 'CH', en: 'Switzerland', zh: '瑞士' },
  EBAY_HK: { siteId: 201, currency: 'HKD', country: 'HK', en: 'Hong Kong', zh: '香港' },
  EBAY_IE: { siteId: 205, currency: 'EUR', country: 'IE', en: 'Ireland', zh: '爱尔兰' },
  EBAY_MY: { siteId: 207, currency: 'MYR', country: 'MY', en: 'Malaysia', zh: '马来西亚' },
  EBAY_PH: { siteId: 211, currency: 'PHP', country: 'PH', en: 'Philippines', zh: '菲律宾' },
  EBAY_PL: { siteId: 212, currency: 'PLN', country: 'PL', en: 'Poland', zh: '波兰' },
  EBAY_SG: { siteId: 216, currency: 'SGD', country: 'SG', en: 'Singapore', zh: '新加坡' },
} as const

export type MarketplaceId = keyof typeof marketplaces

export const marketplaceIds = Object.keys(marketplaces) as [MarketplaceId, ...MarketplaceId[]]

export function isMarketplaceId(text: string | undefined): text is MarketplaceId {
  return text !== undefined && Object.hasOwn(marketplaces, text)
}
