import type {
  ConnectionCheck,
  ConnectorList,
  CountedPlaceList,
  FormField,
  GrantStanding,
  ListingChangeList,
} from '@plimsoll/client'

/** What can be connected in the development world: a form with every kind of field, and pages that answer by themselves. */

const field = (name: string, en: string, zh: string, rest: Partial<FormField> = {}): FormField => ({
  name,
  kind: 'text',
  title: { en, zh },
  secret: false,
  required: true,
  options: [],
  ...rest,
})
const option = (value: string, en: string, zh: string) => ({ value, title: { en, zh } })

const app = [
  field('clientId', 'Client ID', '客户端 ID', {
    help: { en: 'On the page of your app.', zh: '在您的应用页面上。' },
  }),
  field('clientSecret', 'Client secret', '客户端密钥', { secret: true }),
]

export const connectors: ConnectorList['rows'] = [
  {
    id: 'amazon',
    name: 'Amazon',
    kind: 'channel',
    colour: '#c45500',
    regions: ['world'],
    can: ['webhooks', 'tracking', 'cancel'],
    settings: [
      field('region', 'Region', '区域', {
        kind: 'choice',
        options: [
          option('eu', 'Europe', '欧洲'),
          option('na', 'North America', '北美'),
          option('fe', 'Far East', '远东'),
        ],
      }),
      field('marketplaces', 'Marketplaces', '站点', {
        kind: 'choices',
        options: [
          option('DE', 'Germany', '德国'),
          option('FR', 'France', '法国'),
          option('IT', 'Italy', '意大利'),
        ],
      }),
      field('pollMinutes', 'Minutes between two reports', '两次报告之间的分钟数', {
        kind: 'number',
        required: false,
        default: 15,
      }),
      field('sandbox', 'Test account', '测试账户', { kind: 'switch', required: false, default: false }),
      field('ignored', 'SKUs to leave out', '忽略的 SKU', { kind: 'list', required: false }),
    ],
    credentials: [...app, field('refreshToken', 'Refresh token', '刷新令牌', { secret: true })],
    grant: app,
  },
  {
    id: 'shopify',
    name: 'Shopify',
    kind: 'channel',
    colour: '#5e8e3e',
    regions: ['world'],
    can: ['webhooks', 'tracking', 'cancel'],
    settings: [
      field('shop', 'Shop address', '店铺地址', {
        help: { en: 'your-brand.myshopify.com', zh: 'your-brand.myshopify.com' },
      }),
    ],
    credentials: app,
    grant: app,
  },
  {
    id: 'ebay',
    name: 'eBay',
    kind: 'channel',
    colour: '#0064d2',
    regions: ['world'],
    can: ['webhooks', 'tracking', 'cancel'],
    settings: [],
    credentials: app,
    grant: app,
  },
  {
    id: 'walmart',
    name: 'Walmart',
    kind: 'channel',
    colour: '#0053e2',
    regions: ['US'],
    can: ['webhooks', 'tracking', 'cancel'],
    settings: [],
    credentials: app,
  },
]

export const check: ConnectionCheck = {
  account: 'Harbour goods',
  accountId: 'A1',
  currency: 'EUR',
  timeZone: 'Europe/Amsterdam',
  missingScopes: ['write_inventory', 'read_locations'],
  warnings: ['Two products do not track their stock, so they sell without limit.'],
}

/** Of a platform that tells nobody whose credentials they are. */
const unprovenCheck: ConnectionCheck = {
  ...check,
  unproven:
    'The platform does not show these credentials the listings of seller A1: they are of another seller, or a role is missing.',
}

export const checkOf = (path: string) => (path.includes('amazon') ? unprovenCheck : check)

/** What a page answers depends on the shop that was named: what a person would meet there. */
export function standingOf(shop: string, asked: number): GrantStanding | undefined {
  if (shop.startsWith('expired')) return undefined
  if (asked < 2 || shop.startsWith('waiting')) return { kind: 'waiting' }
  if (shop.startsWith('wrong')) {
    const message = 'These credentials are of Other shop; "Atelier" is Harbour goods.'
    return { kind: 'refused', code: 'wrong-account', message }
  }
  if (shop.startsWith('declined')) {
    return { kind: 'refused', code: 'platform-refused', message: 'The shop says: the merchant declined.' }
  }
  return { kind: 'done', connectionId: 'con-shopify', account: 'Harbour goods' }
}

export const imported = {
  locations: 2,
  listings: 1_204,
  mappedBySku: 1_180,
  levels: 2_408,
  untracked: 2,
  replayed: 0,
}

export function toChanges(nowMs: number): ListingChangeList['rows'] {
  const row = (number: number, rest: Partial<ListingChangeList['rows'][number]>) => ({
    listingId: `listing-${number}`,
    connectionId: 'con-shopify',
    externalId: `gid://shopify/ProductVariant/84120${number}`,
    title: 'Merino base layer, red, S',
    doubt: 'renamed' as const,
    since: new Date(nowMs - number * 3_600_000).toISOString(),
    sku: 'MER-RED-M-00012',
    mappedSku: 'MER-RED-S-00011',
    itemSku: 'MER-RED-S-00011',
    unitsPerListing: 1,
    shows: 14,
    proposed: { sku: 'MER-RED-M-00012', unitsPerListing: 1 },
    otherExternalId: null,
    ...rest,
  })
  return [
    row(7, { doubt: 'swapped', otherExternalId: 'gid://shopify/ProductVariant/841208' }),
    row(9, { title: 'Dry bag 20 l', sku: 'DRY-20', proposed: null, shows: 3 }),
    row(11, {
      title: 'Braided rope, six coils',
      doubt: 'relisted',
      itemSku: null,
      mappedSku: null,
      shows: null,
      otherExternalId: 'gid://shopify/ProductVariant/841202',
      proposed: { sku: 'ROP-12', unitsPerListing: 6 },
    }),
  ]
}

export function placesOf(path: string): CountedPlaceList {
  if (!path.includes('con-amazon')) return { rows: [], problems: [] }
  const place = { active: true, stockUnits: 0, available: 0, held: 0, incoming: 0, problems: 0, heldBack: 0 }
  return {
    rows: [
      {
        ...place,
        externalId: 'fba-eu',
        name: 'Amazon FBA Europe',
        location: 'FBA',
        readAt: new Date().toISOString(),
        stockUnits: 1_204,
        available: 8_412,
        held: 31,
        incoming: 640,
        problems: 3,
        heldBack: 1,
      },
      { ...place, externalId: 'fba-uk', name: 'Amazon FBA UK', location: null, readAt: null },
    ],
    problems: [
      {
        externalId: 'fba-eu',
        stockUnitId: 'X001',
        sku: 'OLD-1',
        code: 'unmapped',
        problem: 'Its listing is tied to no item.',
        problemTold: { code: 'not-mapped', facts: {} },
      },
      {
        externalId: 'fba-eu',
        stockUnitId: 'X003',
        sku: 'MUG-1',
        code: 'held',
        problem: 'The platform counts 0 free units of "MUG-1", and 40 are known.',
        problemTold: { code: 'count-held', facts: { sku: 'MUG-1', counted: 0, known: 40 } },
      },
      {
        externalId: 'fba-eu',
        stockUnitId: 'X002',
        sku: 'TEA-1',
        code: 'short',
        problem: '2 more units are reserved there.',
        problemTold: null,
      },
    ],
  }
}
