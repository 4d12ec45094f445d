/** The carriers that Walmart knows by name; any other goes by its own name, and then needs an address to track it at. */
const CARRIERS = [
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

const byKey = new Map(CARRIERS.map((name) => [keyOf(name), name]))
/** What warehouses call them. */
const aliases = new Map<string, string>([
  ['dhlexpress', 'DHL'],
  ['dhlecommerce', 'DHL Ecommerce - US'],
  ['fedexsmartpost', 'FEDEXSP'],
  ['lasership', 'LS'],
  ['upsmailinnovations', 'UPSMI'],
  ['unitedstatespostalservice', 'USPS'],
  ['uniteddeliveryservice', 'UDS'],
])

/** Walmart's word for a carrier, undefined where it has none. */
export function carrierNamed(name: string): string | undefined {
  const key = keyOf(name)
  return byKey.get(key) ?? aliases.get(key)
}

function keyOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
