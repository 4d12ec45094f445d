import {
  Conflict,
  type ConnectorError,
  Forbidden,
  Invalid,
  NotFound,
  type PlatformDetail,
  RateLimited,
  Unauthorized,
  Unavailable,
} from '@plimsoll/connector-kit'
import { z } from 'zod'

/**
 * What Shopify's refusals mean. Two kinds: `errors` of the GraphQL answer (the request failed, or a part of it),
 * and `userErrors` of a mutation (the request ran, the input was refused).
 */
export const costSchema = z.object({
  requestedQueryCost: z.number(),
  actualQueryCost: z.number().nullish(),
  throttleStatus: z.object({
    maximumAvailable: z.number(),
    currentlyAvailable: z.number(),
    restoreRate: z.number(),
  }),
})
export type Cost = z.infer<typeof costSchema>

export const graphqlErrorSchema = z.object({
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])).nullish(),
  extensions: z.object({ code: z.string().optional(), requiredAccess: z.string().optional() }).nullish(),
})
export type GraphqlError = z.infer<typeof graphqlErrorSchema>

/** Milliseconds until the bucket holds what the query asks for; at least 50, so that nobody spins. */
export function throttleWaitMs(cost: Cost | undefined): number | undefined {
  if (cost === undefined || cost.throttleStatus.restoreRate <= 0) return undefined
  const missing = cost.requestedQueryCost - cost.throttleStatus.currentlyAvailable
  return Math.max(50, Math.ceil((missing / cost.throttleStatus.restoreRate) * 1_000))
}

/** A buyer's data that Shopify does not give to this application: the field is null, all else is as asked for. */
export function isWithheld({ message, path, extensions }: GraphqlError): boolean {
  if (/not approved to (?:use|access) the \w+ field/i.test(message)) return true
  return extensions?.code === 'ACCESS_DENIED' && path?.includes('shippingAddress') === true
}

/** One entry of `errors` → class. An unknown code is our query being wrong for this version: Invalid, parked. */
export function toGraphqlError(
  error: GraphqlError,
  cost: Cost | undefined,
  detail: PlatformDetail,
): ConnectorError {
  const code = error.extensions?.code
  const platform: PlatformDetail = code === undefined ? detail : { ...detail, code }
  const message = `Shopify: ${error.message}`
  switch (code) {
    case 'THROTTLED':
      return new RateLimited(message, throttleWaitMs(cost), platform)
    case 'ACCESS_DENIED':
      return new Forbidden(message, error.extensions?.requiredAccess ?? 'unknown', platform)
    case 'SHOP_INACTIVE':
      return new Unauthorized(message, platform)
    case 'INTERNAL_SERVER_ERROR':
    case 'TIMEOUT':
      return new Unavailable(message, true, platform)
    default:
      // Seen without a code: "Internal error. Looks like something went wrong on our end. Request ID: …".
      if (code === undefined && /internal error/i.test(error.message)) {
        return new Unavailable(message, true, platform)
      }
      return new Invalid(message, error.path?.join('.') ?? 'query', platform)
  }
}

export const userErrorSchema = z.object({
  code: z.string().nullish(),
  field: z.array(z.string()).nullish(),
  message: z.string(),
})
export type UserError = z.infer<typeof userErrorSchema>

/** One `userErrors` entry of `inventorySetQuantities` → class (codes of schema 2026-10 and their older aliases). */
export function toUserError(error: UserError, detail: PlatformDetail): ConnectorError {
  const code = error.code ?? undefined
  const platform: PlatformDetail = code === undefined ? detail : { ...detail, code }
  const message = `Shopify: ${error.message}`
  switch (code) {
    case 'CHANGE_FROM_QUANTITY_STALE':
    case 'COMPARE_QUANTITY_STALE':
      // The current quantity is not in the answer, and a fresh read of it would hide the unseen sale.
      return new Conflict(message, undefined, platform)
    case 'INVALID_INVENTORY_ITEM':
    case 'INVALID_LOCATION':
      return new NotFound(message, platform)
    case 'SERVICE_UNAVAILABLE':
    case 'ADJUST_QUANTITIES_FAILED':
    case 'IDEMPOTENCY_CONCURRENT_REQUEST':
      return new Unavailable(message, true, platform)
    default:
      return new Invalid(message, error.field?.join('.') ?? 'input', platform)
  }
}
