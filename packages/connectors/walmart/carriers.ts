import { MARKET_TERMS, type Market, type MarketTerms } from './markets.ts'

/** The carriers that Walmart knows by name; any other goes by its own name, and then needs an address to track it at. */
const UNITED_STATES = [
  'UPS',
  'USPS',
  'FedEx',
  'Airborne',
  'OnTrac',
  'DHL Ecommerce - US',
  'DHL',
  'LS',
  'UDS',
  'UPSMI',
  'FDX',
  'PILOT',
  'ESTES',
  'SAIA',
  'FDS Express',
  'Seko Worldwide',
  'HIT Delivery',
  'FEDEXSP',
  'RL Carriers',
  'Metropolitan Warehouse & Delivery',
  'China Post',
  'YunExpress',
  'Yellow Freight Sys',
  'AIT Worldwide Logistics',
  'Chukou1',
  'Sendle',
  'Landmark Global',
  'Sunyou',
  'Yanwen',
  '4PX',
  'GLS',
  'OSM Worldwide',
  'FIRST MILE',
  'AM Trucking',
  'CEVA',
  'India Post',
  'SF Express',
  'CNE',
  'TForce Freight',
  'AxleHire',
  'LSO',
  'Royal Mail',
  'ABF Freight System',
  'WanB',
  'Roadrunner Freight',
  'Meyer Distribution',
  'AAA Cooper',
  'Canada Post',
  'Southeastern Freight Lines',
  'Japan Post',
  'Correos de Mexico',
  'XPO Logistics',
  'JD Logistics',
  'YDH',
  'JCEX',
  'Flyt',
  'Deutsche Post',
] as const

/** Of the older interfaces of these markets: for the Global one no list is public. */
const CANADA = [
  'UPS',
  'USPS',
  'FedEx',
  'CPC',
  'PCLINT',
  'DHL',
  'GLB',
  '17Track',
  'ASL',
  'CANPAR',
  'CEVA',
  'LOOMIS',
  'SAMEDAY',
  'SWYFT',
  'TFORCE',
  'UBI',
  'JIAYOU',
] as const
const MEXICO = ['MX-FEDX', 'MX-DHL', 'Estafeta', 'SFC', 'PEXP', 'TRACUSA', 'UPS', '99MIN', '17Track'] as const

const known = (names: readonly string[]) => new Map(names.map((name) => [keyOf(name), name]))
const byKey: Readonly<Record<MarketTerms['carriers'], ReadonlyMap<string, string>>> = {
  us: known(UNITED_STATES),
  ca: known(CANADA),
  mx: known(MEXICO),
  none: new Map(),
}
/** What warehouses call them. */
const aliases: Readonly<Record<MarketTerms['carriers'], ReadonlyMap<string, string>>> = {
  us: new Map([
    ['dhlexpress', 'DHL'],
    ['dhlecommerce', 'DHL Ecommerce - US'],
    ['fedexsmartpost', 'FEDEXSP'],
    ['lasership', 'LS'],
    ['upsmailinnovations', 'UPSMI'],
    ['unitedstatespostalservice', 'USPS'],
    ['uniteddeliveryservice', 'UDS'],
  ]),
  ca: new Map([
    ['canadapost', 'CPC'],
    ['postescanada', 'CPC'],
    ['loomisexpress', 'LOOMIS'],
    ['tforcelogistics', 'TFORCE'],
  ]),
  mx: new Map([
    ['fedex', 'MX-FEDX'],
    ['dhl', 'MX-DHL'],
    ['dhlexpress', 'MX-DHL'],
    ['99minutos', '99MIN'],
    ['paquetexpress', 'PEXP'],
  ]),
  none: new Map(),
}

/** Walmart's word for a carrier in a market, undefined where it has none. */
export function carrierNamed(name: string, market: Market): string | undefined {
  const { carriers } = MARKET_TERMS[market]
  const key = keyOf(name)
  return byKey[carriers].get(key) ?? aliases[carriers].get(key)
}

function keyOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
