import { scopes } from '../scopes.ts'
import type { DayQuotas } from './day-quotas.ts'
import { queryOf, RestRefusal, type RestRoute, type RowError } from './rest.ts'

export type SellerTraits = {
  userId: string
  username: string
  marketplace: string
  currency: string
  /** Items a month that the account may list; undefined: as many as it likes. */
  sellingLimit: number | undefined
  /** Undefined: the seller has not opted in to business policies. */
  paymentPolicies: readonly { name: string; immediatePay: boolean }[] | undefined
}

/** Who the seller is, what eBay allows, and what is left of the application's day. */
export function sellerRoutes({ traits, quotas }: { traits: SellerTraits; quotas: DayQuotas }): RestRoute[] {
  return [
    {
      method: 'GET',
      path: '/commerce/identity/v1/user',
      api: 'identity',
      scopes: { user: scopes.identity },
      handle: () => ({
        userId: traits.userId,
        username: traits.username,
        accountType: 'BUSINESS',
        registrationMarketplaceId: traits.marketplace,
        status: 'CONFIRMED',
      }),
    },
    {
      method: 'GET',
      path: '/sell/account/v1/privilege',
      api: 'account',
      scopes: { user: scopes.account },
      handle: () => ({
        sellerRegistrationCompleted: true,
        ...(traits.sellingLimit !== undefined && {
          sellingLimit: {
            quantity: traits.sellingLimit,
            amount: { value: '25000.0', currency: traits.currency },
          },
        }),
      }),
    },
    {
      method: 'GET',
      path: '/sell/account/v1/payment_policy',
      api: 'account',
      scopes: { user: scopes.account },
      handle: ({ request }) => {
        const { paymentPolicies } = traits
        const marketplaceId = queryOf(request).get('marketplace_id')
        if (marketplaceId === null)
          throw new RestRefusal(400, accountError(20_400, 'The marketplace_id is missing.'))
        if (paymentPolicies === undefined)
          throw new RestRefusal(400, accountError(20_403, 'The seller is not opted in to business policies.'))
        return {
          total: paymentPolicies.length,
          paymentPolicies: paymentPolicies.map((policy, nth) => ({
            ...policy,
            marketplaceId,
            paymentPolicyId: String(5_000_000 + nth),
            categoryTypes: [{ name: 'ALL_EXCLUDING_MOTORS_VEHICLES', default: nth === 0 }],
            paymentMethods: [],
          })),
        }
      },
    },
    {
      method: 'GET',
      path: '/developer/analytics/v1_beta/rate_limit',
      api: 'analytics',
      scopes: { application: scopes.base },
      handle: ({ request }) => {
        const query = queryOf(request)
        const context = query.get('api_context')
        const name = query.get('api_name')
        const all = quotas.rates().map(({ api, rate }) => ({
          apiContext: contextOf(api),
          apiName: api,
          apiVersion: 'v1',
          resources: [{ name: api, rates: [rate] }],
        }))
        return {
          rateLimits: all.filter(
            (each) =>
              (context === null || each.apiContext === context) && (name === null || each.apiName === name),
          ),
        }
      },
    },
  ]
}

function accountError(errorId: number, message: string): RowError {
  return { errorId, domain: 'API_ACCOUNT', category: 'REQUEST', message }
}

function contextOf(api: string): string {
  switch (api) {
    case 'tradingapi':
      return 'tradingapi'
    case 'notification':
      return 'commerce'
    case 'analytics':
      return 'developer'
    default:
      return 'sell'
  }
}
