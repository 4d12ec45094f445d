import { type CheckResult, isConnectorError, toWarnings, type Words } from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import type { FulfillmentApi } from './fulfillment.ts'
import type { Inventory } from './inventory.ts'
import type { NotificationApi } from './notification.ts'
import { readPaymentPolicies, toUnpaidWarning } from './payment-policies.ts'
import { isMarketplaceId, marketplaces } from './places.ts'
import type { Quotas } from './quotas.ts'
import { scopes } from './scopes.ts'
import type { Settings } from './settings.ts'
import type { Trading } from './trading.ts'
import type { Transport } from './transport.ts'

type Checking = {
  transport: Transport
  inventory: Inventory
  trading: Trading
  fulfillment: FulfillmentApi
  notification: NotificationApi
  quotas: Quotas
  settings: Settings
  signal?: AbortSignal | undefined
}

/**
 * Whose account it is, what the grant lacks, and what a person should know before going live. Rights are found out by
 * trying: eBay does not say which of them a token has.
 * @throws Unauthorized
 */
export async function check(checking: Checking): Promise<CheckResult> {
  const { transport, inventory, trading, fulfillment, notification, quotas, settings, signal } = checking
  const missing = new Set<string>()
  const allowed = async <T>(call: Promise<T>, scope: string): Promise<T | undefined> => {
    try {
      return await call
    } catch (error) {
      if (!isConnectorError(error) || error.kind !== 'forbidden') throw error
      missing.add(scope)
      return undefined
    }
  }
  // Without it nobody could tell whose account it is: this one is thrown.
  const { data: user } = await transport.ask(
    {
      operation: 'check.identity',
      method: 'GET',
      host: 'apiz',
      path: '/commerce/identity/v1/user/',
      scope: scopes.identity,
      signal,
    },
    answers.user,
  )
  const [, , locations, privileges, policies, keepsAtNought] = await Promise.all([
    allowed(inventory.probeWriting({ signal }), scopes.inventory),
    allowed(fulfillment.probeWriting({ signal }), scopes.fulfillment),
    allowed(inventory.locations({ signal }), scopes.inventory),
    allowed(readPrivileges(transport, signal), scopes.account),
    allowed(
      readPaymentPolicies(transport, settings.marketplace, { ...(signal && { signal }) }),
      scopes.account,
    ),
    allowed(trading.keepsListingsAtNought({ signal }), scopes.base),
    allowed(notification.subscriptions('user', { signal }), scopes.notification),
    quotas.refresh({ signal }),
  ])
  const home = isMarketplaceId(user.registrationMarketplaceId)
    ? user.registrationMarketplaceId
    : settings.marketplace
  return {
    account: user.username ?? user.userId,
    // Names change and are withheld from some applications; the id never is.
    accountId: user.userId,
    currency: marketplaces[home].currency,
    timeZone: undefined,
    missingScopes: [...missing].sort(),
    ...toWarnings([
      ...warningsOf({
        keepsAtNought,
        limit: privileges?.data.sellingLimit,
        isRegistered: privileges?.data.sellerRegistrationCompleted,
        locations: locations?.data.locations?.length ?? 0,
        isElsewhere: user.registrationMarketplaceId !== undefined && home !== settings.marketplace,
        home,
      }),
      toUnpaidWarning(policies),
    ]),
  }
}

function readPrivileges(transport: Transport, signal: AbortSignal | undefined) {
  return transport.ask(
    {
      operation: 'check.account',
      method: 'GET',
      path: '/sell/account/v1/privilege',
      scope: scopes.account,
      signal,
    },
    answers.privileges,
  )
}

/** What was found, as sentences. Pure. */
export function warningsOf(found: {
  keepsAtNought: boolean | undefined
  limit: { quantity?: number | undefined } | undefined
  isRegistered: boolean | undefined
  locations: number
  isElsewhere: boolean
  home: string
}): Words[] {
  const warnings: Words[] = []
  if (found.keepsAtNought !== true) {
    warnings.push({
      en: 'The out-of-stock option is off (or eBay does not say): a listing that the hub sets to 0 ENDS and has to be listed again, under a new number. Switch it on under Account > Site Preferences > "Use the out-of-stock option".',
      zh: '缺货选项未开启（或 eBay 未说明）：Plimsoll 将刊登设为 0 时，刊登会结束，须以新编号重新刊登。请在 Account > Site Preferences > “Use the out-of-stock option” 中开启。',
    })
  }
  if (found.limit?.quantity !== undefined) {
    const { quantity } = found.limit
    warnings.push({
      en: `eBay limits what this account may list to ${quantity} items a month: raising quantities may be refused for it, lowering never is.`,
      zh: `eBay 限制该账户每月刊登 ${quantity} 件：上调数量可能因此被拒绝，下调不会。`,
    })
  }
  if (found.isRegistered === false)
    warnings.push({
      en: 'The account has not completed its registration as a seller.',
      zh: '该账户尚未完成卖家注册。',
    })
  if (found.locations > 1) {
    warnings.push({
      en: `The account has ${found.locations} inventory locations: eBay sells their total, which is what the hub writes; each keeps its share as far as it goes.`,
      zh: `该账户有 ${found.locations} 个库存地点：eBay 按总数销售，Plimsoll 写入的也是总数；各地点尽可能保留其份额。`,
    })
  }
  if (found.isElsewhere) {
    warnings.push({
      en: `The account is at home on ${found.home}, not on the marketplace of the settings.`,
      zh: `该账户注册于 ${found.home}，与设置中的站点不同。`,
    })
  }
  return warnings
}
