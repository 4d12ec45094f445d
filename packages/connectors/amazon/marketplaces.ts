/**
 * Where Amazon sells, and which of its three API regions serves it.
 * Source: developer-docs.amazon.com/sp-api/docs/marketplace-ids, sp-api-endpoints, seller-central-urls (read 2026-11).
 */

export type Region = 'na' | 'eu' | 'fe'

export type Marketplace = {
  id: string
  country: string
  name: { en: string; zh: string }
  region: Region
  currency: string
  /** Where its sellers agree to an application. */
  sellerCentral: string
}

const europe = 'sellercentral-europe.amazon.com'

const row = (
  id: string,
  country: string,
  name: readonly [string, string],
  rest: readonly [Region, string, string],
): Marketplace => ({
  id,
  country,
  name: { en: name[0], zh: name[1] },
  region: rest[0],
  currency: rest[1],
  sellerCentral: rest[2],
})

export const marketplaces: readonly Marketplace[] = [
  row('ATVPDKIKX0DER', 'US', ['United States', '美国'], ['na', 'USD', 'sellercentral.amazon.com']),
  row('A2EUQ1WTGCTBG2', 'CA', ['Canada', '加拿大'], ['na', 'CAD', 'sellercentral.amazon.ca']),
  row('A1AM78C64UM0Y8', 'MX', ['Mexico', '墨西哥'], ['na', 'MXN', 'sellercentral.amazon.com.mx']),
  row('A2Q3Y263D00KWC', 'BR', ['Brazil', '巴西'], ['na', 'BRL', 'sellercentral.amazon.com.br']),
  row('A1F83G8C2ARO7P', 'GB', ['United Kingdom', '英国'], ['eu', 'GBP', europe]),
  row('A1PA6795UKMFR9', 'DE', ['Germany', '德国'], ['eu', 'EUR', europe]),
  row('A13V1IB3VIYZZH', 'FR', ['France', '法国'], ['eu', 'EUR', europe]),
  row('APJ6JRA9NG5V4', 'IT', ['Italy', '意大利'], ['eu', 'EUR', europe]),
  row('A1RKKUPIHCS9HS', 'ES', ['Spain', '西班牙'], ['eu', 'EUR', europe]),
  row('A1805IZSGTT6HS', 'NL', ['Netherlands', '荷兰'], ['eu', 'EUR', 'sellercentral.amazon.nl']),
  row('A2NODRKZP88ZB9', 'SE', ['Sweden', '瑞典'], ['eu', 'SEK', 'sellercentral.amazon.se']),
  row('A1C3SOZRARQ6R3', 'PL', ['Poland', '波兰'], ['eu', 'PLN', 'sellercentral.amazon.pl']),
  row('AMEN7PMS3EDWL', 'BE', ['Belgium', '比利时'], ['eu', 'EUR', 'sellercentral.amazon.com.be']),
  row('A28R8C7NBKEWEA', 'IE', ['Ireland', '爱尔兰'], ['eu', 'EUR', 'sellercentral.amazon.ie']),
  row('A33AVAJ2PDY3EV', 'TR', ['Türkiye', '土耳其'], ['eu', 'TRY', 'sellercentral.amazon.com.tr']),
  row('A17E79C6D8DWNP', 'SA', ['Saudi Arabia', '沙特阿拉伯'], ['eu', 'SAR', 'sellercentral.amazon.sa']),
  row('A2VIGQ35RCS4UG', 'AE', ['United Arab Emirates', '阿联酋'], ['eu', 'AED', 'sellercentral.amazon.ae']),
  row('ARBP9OOSHTCHU', 'EG', ['Egypt', '埃及'], ['eu', 'EGP', 'sellercentral.amazon.eg']),
  row('AE08WJ6YKNBMC', 'ZA', ['South Africa', '南非'], ['eu', 'ZAR', 'sellercentral.amazon.co.za']),
  row('A21TJRUUN4KGV', 'IN', ['India', '印度'], ['eu', 'INR', 'sellercentral.amazon.in']),
  row('A1VC38T7YXB528', 'JP', ['Japan', '日本'], ['fe', 'JPY', 'sellercentral.amazon.co.jp']),
  row('A39IBJ37TRP1C6', 'AU', ['Australia', '澳大利亚'], ['fe', 'AUD', 'sellercentral.amazon.com.au']),
  row('A19VAU5U5O7RUS', 'SG', ['Singapore', '新加坡'], ['fe', 'SGD', 'sellercentral.amazon.sg']),
]

const byId = new Map(marketplaces.map((marketplace) => [marketplace.id, marketplace]))

export function findMarketplace(id: string): Marketplace | undefined {
  return byId.get(id)
}

/** All marketplaces of a connection lie in one region: the settings see to it. */
export function regionOf(ids: readonly string[]): Region {
  const region = ids.map((id) => findMarketplace(id)?.region).find((each) => each !== undefined)
  if (region === undefined) throw new TypeError('a connection has at least one marketplace of Amazon’s')
  return region
}

const endpoints: Readonly<Record<Region, string>> = {
  na: 'https://sellingpartnerapi-na.amazon.com',
  eu: 'https://sellingpartnerapi-eu.amazon.com',
  fe: 'https://sellingpartnerapi-fe.amazon.com',
}

export function endpointOf(region: Region): string {
  return endpoints[region]
}
