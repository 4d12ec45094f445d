import { type Budgets, type CheckResult, toWarnings, type Words } from '@plimsoll/connector-kit'
import { feedLimit, type PartnerProfile } from './answers.ts'
import type { Options, WalmartApi } from './api.ts'
import { FEEDS_BUDGET } from './limits.ts'
import { type Settings, sendsForOthers, termsOf } from './settings.ts'

/** Each with the least that the hub needs; there is none for webhooks. */
const SCOPES: Readonly<Record<string, 'view_only' | 'full_access'>> = {
  item: 'view_only',
  inventory: 'full_access',
  feeds: 'full_access',
  orders: 'full_access',
  shipping: 'view_only',
}

/** Who the hub is on Walmart, what it may not do, and what the account's own limits are. */
export async function check(
  api: WalmartApi,
  context: { settings: Settings; budgets: Budgets; options: Options },
): Promise<CheckResult> {
  const { settings, budgets, options } = context
  const { data: token } = await api.tokenDetail(options)
  const { data: profile } = await api.partnerProfile(options)
  learnFeedLimit(budgets, profile)
  const { partnerId, partnerDisplayName, partnerName } = profile.partner
  const name = partnerDisplayName || partnerName
  return {
    account: name ? `${name} (${partnerId})` : partnerId,
    accountId: partnerId,
    currency: termsOf(settings).currency,
    timeZone: undefined,
    missingScopes: missingScopes(token.scopes ?? undefined),
    ...toWarnings([...warningsOf(settings, profile), ...scopeWarnings(token.scopes ?? undefined)]),
  }
}

/** @param granted undefined where Walmart does not say */
export function missingScopes(granted: Readonly<Record<string, string>> | undefined): string[] {
  if (granted === undefined) return []
  return Object.entries(SCOPES).flatMap(([scope, needed]) => {
    const has = granted[scope]
    const isEnough = has === 'full_access' || (has === 'view_only' && needed === 'view_only')
    return isEnough ? [] : [`${scope}: ${needed}`]
  })
}

function scopeWarnings(granted: Readonly<Record<string, string>> | undefined): Words[] {
  return granted === undefined
    ? [{ en: 'Walmart does not say what these keys may do.', zh: 'Walmart 未说明这些密钥的权限。' }]
    : []
}

function warningsOf(settings: Settings, { configurations }: PartnerProfile): Words[] {
  const { multiChannel, orderChannelId } = settings
  const warnings: Words[] = []
  const account = configurations?.find(({ configurationName }) => configurationName === 'ACCOUNT')
  const status = account?.configuration?.status
  if (status && status !== 'ACTIVE')
    warnings.push({
      en: `Walmart calls the account ${status}: it may not sell.`,
      zh: `Walmart 将该账户标为 ${status}：它不能销售。`,
    })
  if (multiChannel && !sendsForOthers(settings))
    warnings.push({
      en: 'Walmart sends orders of other channels in the United States alone, and from WFS.',
      zh: 'Walmart 只在美国、从 WFS 代发其他渠道的订单。',
    })
  if (sendsForOthers(settings) && orderChannelId === undefined)
    warnings.push({
      en: 'The settings name no sales channel: Walmart sends no order of another channel without one.',
      zh: '设置中未指定销售渠道：没有它 Walmart 不会代发其他渠道的订单。',
    })
  if (!termsOf(settings).hasEvents) {
    warnings.push({
      en: 'Outside the United States Walmart sends no events, and this connector has not been tried: compare the first quantities.',
      zh: '在美国以外 Walmart 不推送事件，且此连接器尚未在那里试用：请核对最初的数量。',
    })
  }
  return warnings
}

/** The account's profile says how many inventory feeds it may send, which differs between sellers. */
function learnFeedLimit(budgets: Budgets, { configurations }: PartnerProfile): void {
  const feeds = configurations?.find(({ configurationName }) => configurationName === 'FEED')
  for (const value of feeds?.configuration?.values ?? []) {
    const limit = feedLimit.safeParse(value)
    if (!limit.success || limit.data.feedType.toLowerCase() !== 'inventory') continue
    for (const { rate } of limit.data.throttleConfigurations ?? []) {
      const seconds = secondsOf(rate.replenishTimeWindow)
      if (seconds === undefined || rate.count < 1) continue
      budgets.learnBucket(FEEDS_BUDGET, { capacity: rate.count, refillPerSecond: rate.count / seconds })
    }
  }
}

const SECONDS: Readonly<Record<string, number>> = { SECOND: 1, MINUTE: 60, HOUR: 3_600, DAY: 86_400 }

function secondsOf(window: { value: number; unitOfMeasurement: string }): number | undefined {
  const seconds = SECONDS[window.unitOfMeasurement.replace(/S$/, '')]
  return seconds === undefined || window.value < 1 ? undefined : window.value * seconds
}
