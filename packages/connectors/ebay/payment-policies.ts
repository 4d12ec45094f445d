import { type CallOptions, isConnectorError, type Words } from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { MarketplaceId } from './places.ts'
import { scopes } from './scopes.ts'
import type { Transport } from './transport.ts'

/**
 * Whether buyers must pay at once. Where they must, eBay takes a unit off as it is paid, and the order is listed; where not, the
 * unit is gone from the moment a buyer commits, and nobody lists it. Source: sell_account_v1, PaymentPolicy.immediatePay.
 */
const policiesSchema = z.object({
  paymentPolicies: z
    .array(z.object({ name: z.string().optional(), immediatePay: z.boolean().optional() }))
    .optional(),
})
type PaymentPolicies = { all: number; unpaid: string[] }

/** @returns undefined where eBay does not say: the seller does not use business policies. @throws Forbidden without the right */
export async function readPaymentPolicies(
  transport: Transport,
  marketplace: MarketplaceId,
  { signal }: CallOptions,
): Promise<PaymentPolicies | undefined> {
  try {
    const { data } = await transport.ask(
      {
        operation: 'check.account',
        method: 'GET',
        path: '/sell/account/v1/payment_policy',
        query: { marketplace_id: marketplace },
        scope: scopes.account,
        signal,
      },
      policiesSchema,
    )
    const all = data.paymentPolicies ?? []
    const unpaid = all.filter(({ immediatePay }) => immediatePay !== true).map(({ name }) => name ?? '–')
    return { all: all.length, unpaid }
  } catch (error) {
    // One who has not opted in to business policies is refused; their listings say it each by itself.
    if (isConnectorError(error) && (error.kind === 'invalid' || error.kind === 'not-found')) return undefined
    throw error
  }
}

const NAMED_MAX = 5

/** What a person should know of sales that nobody lists, and do about it. Pure. */
export function toUnpaidWarning(policies: PaymentPolicies | undefined): Words {
  const unseen = {
    en: 'eBay takes units off a listing when a buyer commits to buy and shows the order only once it is paid: until then the hub does not know of them, and another channel can sell them.',
    zh: '买家承诺购买时 eBay 即扣减刊登数量，而订单付款后才可见：在此之前 Plimsoll 不知道这些件数，其他渠道可能会把它们卖掉。',
  }
  const { en, zh } = cureOf(policies)
  return { en: `${unseen.en} ${en}`, zh: `${unseen.zh}${zh}` }
}

function cureOf(policies: PaymentPolicies | undefined): Words {
  if (policies === undefined || policies.all === 0)
    return {
      en: 'Have your listings require immediate payment.',
      zh: '请在刊登中要求立即付款。',
    }
  const { unpaid } = policies
  if (unpaid.length === 0)
    return {
      en: 'Your payment policies require immediate payment: this is left of auctions, accepted offers and payments outside eBay.',
      zh: '您的付款政策已要求立即付款：仅拍卖、被接受的议价和 eBay 之外的付款仍会如此。',
    }
  const named = unpaid.slice(0, NAMED_MAX)
  const more = unpaid.length - named.length
  const inEnglish = `${named.map((name) => `"${name}"`).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  const inChinese = `${named.map((name) => `“${name}”`).join('、')}${more > 0 ? ` 等 ${unpaid.length} 项` : ''}`
  return {
    en: `These payment policies do not require immediate payment: ${inEnglish}. Switch it on in them (Account > Business policies).`,
    zh: `以下付款政策未要求立即付款：${inChinese}。请在其中开启（Account > Business policies）。`,
  }
}
