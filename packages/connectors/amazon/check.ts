import {
  type CheckResult,
  type ConnectorContext,
  isConnectorError,
  toUnproven,
  toWarnings,
  type Words,
} from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import { listingsPath, type Reading } from './levels.ts'
import { findMarketplace } from './marketplaces.ts'
import { ROLES } from './refusals.ts'
import { accountIdOf, type Credentials, homeMarketplace, type Settings } from './settings.ts'
import type { Call } from './transport.ts'

/** Well formed, and nobody's: that Amazon looked for it shows that the role is there. */
const NO_ORDER = '000-0000000-0000000'
const NO_SKU = 'plimsoll-check'

type Checking = Reading & Pick<ConnectorContext<Settings, Credentials>, 'http' | 'credentials'>

const WAIT_MS_MAX = 2_000

function isSoon({ http }: Checking): boolean {
  return http.budgets.readyInMs({ cost: 1, priority: 3, operation: 'check' }) <= WAIT_MS_MAX
}

/**
 * Who the seller is and which roles the application lacks, each tried with the cheapest call that needs it.
 * @throws Unauthorized where the token is refused
 */
export async function check(reading: Checking): Promise<CheckResult> {
  const { settings, credentials } = reading
  const home = homeMarketplace(settings)
  const missing = new Set<string>()
  const warnings: Words[] = []
  // By itself and first: whoever checks at the same time then has one new token, and the scarce calls are made once.
  await tried(reading, missing, (ask) =>
    ask({
      operation: 'check.listings',
      method: 'GET',
      // Not a search: an import follows, and needs them.
      path: `${listingsPath(settings)}/${NO_SKU}`,
      query: { marketplaceIds: home },
    }),
  )
  const isSeen = !missing.has(ROLES.listings)
  const [found] = await Promise.all([
    // One a minute: names are not worth waiting for.
    isSoon(reading)
      ? tried(reading, missing, (ask) =>
          ask({ operation: 'check', method: 'GET', path: '/sellers/v1/marketplaceParticipations' }),
        )
      : undefined,
    tried(reading, missing, (ask) =>
      ask({
        operation: 'check.orders',
        method: 'GET',
        path:
          settings.ordersApi === 'v0'
            ? `/orders/v0/orders/${NO_ORDER}`
            : `/orders/2026-01-01/orders/${NO_ORDER}`,
      }),
    ),
    tried(reading, missing, (ask) =>
      ask({
        operation: 'check.counts',
        method: 'GET',
        path: '/fba/inventory/v1/summaries',
        query: {
          granularityType: 'Marketplace',
          granularityId: home,
          marketplaceIds: home,
          sellerSkus: NO_SKU,
        },
      }),
    ),
  ])
  const withheld = new Set<string>()
  if (!missing.has(ROLES.orders)) await tried(reading, withheld, (ask) => ask(buyersCall(settings)))
  if (withheld.size > 0)
    warnings.push({
      en: `Without the role ${[...withheld].join(', ')} Amazon does not say who gets an order: none can be sent by the hub${settings.ordersApi === 'v0' ? '' : ' or routed by country'}.`,
      zh: `没有角色 ${[...withheld].join('、')} 时，Amazon 不提供收件人：订单无法由 Plimsoll 发货${settings.ordersApi === 'v0' ? '' : '，也无法按国家分配'}。`,
    })
  const rows = found ?? []
  for (const id of settings.marketplaces) {
    const name = findMarketplace(id)?.name ?? { en: id, zh: id }
    const row = rows.find(({ marketplace }) => marketplace.id === id)
    if (found !== undefined && row?.participation.isParticipating !== true)
      warnings.push({
        en: `The account does not sell in ${name.en}: take it out of the settings.`,
        zh: `该账户不在${name.zh}销售：请将其从设置中移除。`,
      })
    if (row?.participation.hasSuspendedListings === true)
      warnings.push({
        en: `Amazon has suspended listings of the account in ${name.en}.`,
        zh: `Amazon 已暂停该账户在${name.zh}的刊登。`,
      })
  }
  if (settings.queueUrl !== undefined && credentials.awsAccessKeyId === undefined)
    warnings.push({
      en: 'A queue is named and no AWS access key: notifications are not read, orders are polled.',
      zh: '已指定队列但没有 AWS 访问密钥：不读取通知，改为轮询订单。',
    })
  if (settings.queueUrl === undefined)
    warnings.push({
      en: 'No queue is named: orders are seen minutes late, since Amazon allows one look in three minutes.',
      zh: '未指定队列：Amazon 每三分钟只允许查询一次，订单会晚几分钟才看到。',
    })
  const store = rows.find(({ marketplace }) => marketplace.id === home)?.storeName
  return {
    account: `${store ?? 'Amazon'} (${settings.sellerId})`,
    accountId: accountIdOf(settings),
    currency: findMarketplace(home)?.currency,
    timeZone: undefined,
    missingScopes: [...missing],
    ...toWarnings(warnings),
    // No call tells whose token it is (selling-partner-api-models issue 61): that its listings may be read shows it.
    ...(!isSeen && toUnproven(notSeen(settings))),
  }
}

function notSeen({ sellerId }: Settings): Words {
  return {
    en: `Amazon does not show these credentials the listings of seller ${sellerId}: they are of another seller (compare the merchant token in Seller Central), or the application lacks the role ${ROLES.listings}.`,
    zh: `Amazon 不向这些凭据展示卖家 ${sellerId} 的刊登：它们可能属于其他卖家（请对照 Seller Central 中的卖家编号 merchant token），或应用缺少角色 ${ROLES.listings}。`,
  }
}

type Participations = ReturnType<typeof answers.participations.parse>['payload']

/** Tried with an order that nobody has; the older API refuses the token. */
function buyersCall({ ordersApi }: Settings): Call {
  if (ordersApi !== 'v0') {
    const path = `/orders/2026-01-01/orders/${NO_ORDER}`
    return { operation: 'check.recipient', method: 'GET', path, query: { includedData: 'RECIPIENT' } }
  }
  return {
    operation: 'check.recipient.token',
    method: 'POST',
    path: '/tokens/2021-03-01/restrictedDataToken',
    body: { restrictedResources: [{ method: 'GET', path: `/orders/v0/orders/${NO_ORDER}/address` }] },
  }
}

/** Undefined where it says nothing: refused for want of a role (noted), or about what there is not. */
async function tried(
  { transport, signal }: Reading,
  missing: Set<string>,
  make: (ask: (call: Call) => Promise<Participations | undefined>) => Promise<Participations | undefined>,
): Promise<Participations | undefined> {
  try {
    return await make(async (call) => {
      if (call.operation !== 'check') {
        await transport.tell({ ...call, signal })
        return undefined
      }
      return (await transport.ask({ ...call, signal }, answers.participations)).data.payload
    })
  } catch (error) {
    if (!isConnectorError(error)) throw error
    if (error.kind === 'forbidden') missing.add('scope' in error ? String(error.scope) : error.message)
    // An order that nobody has, asked for to see whether it may be asked for.
    else if (error.kind !== 'not-found' && error.kind !== 'invalid') throw error
    return undefined
  }
}
