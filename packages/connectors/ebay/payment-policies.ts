import { type CallOptions, isConnectorError } from '@plimsoll/connector-kit'
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
export function toUnpaidWarning(policies: PaymentPolicies | undefined): string {
  const unseen =
    'eBay takes units off a listing when a buyer commits to buy and shows the order only once it is paid: until then the hub does not know of them, and another channel can sell them.'
  if (policies === undefined || policies.all === 0)
    return `${unseen} Have your listings require immediate payment.`
  const { unpaid } = policies
  if (unpaid.length === 0)
    return `${unseen} Your payment policies require immediate payment: this is left of auctions, accepted offers and payments outside eBay.`
  const named = unpaid
    .slice(0, NAMED_MAX)
    .map((name) => `"${name}"`)
    .join(', ')
  const more = unpaid.length > NAMED_MAX ? ` and ${unpaid.length - NAMED_MAX} more` : ''
  return `${unseen} These payment policies do not require immediate payment: ${named}${more}. Switch it on in them (Account > Business policies).`
}
