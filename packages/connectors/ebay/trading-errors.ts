import {
  type ConnectorError,
  Forbidden,
  Invalid,
  NotFound,
  type PlatformDetail,
  RateLimited,
  Unauthorized,
  Unavailable,
} from '@plimsoll/connector-kit'

/** What the Trading API says is wrong: one of its `Errors`. */
export type TradingError = {
  code: string
  message: string
  severity: 'Error' | 'Warning'
  /** Values that it is about: item numbers, SKUs. */
  values: readonly string[]
}

/** The token has ended or is not one: invalid, hard expired, IAF token invalid, IAF token expired. */
export const tradingTokenErrors: ReadonlySet<string> = new Set(['931', '932', '21916984', '21917053'])

/** The listing is not there, not this seller's, or has ended: no quantity can be set any more. */
const gone = new Set(['17', '291', '1047', '21916293', '21916750'])

/** Nothing was carried out, and later it may be. */
const passing = new Set(['10007', '21916017'])

/** Calls of the application's day are spent. */
const limited = new Set(['518'])

/** How long the Trading API is left alone when its day is spent and nothing says when it ends. */
const limitedMs = 15 * 60_000

/**
 * The class that an error of the Trading API stands for. Codes that nobody explained are about the row: parked, with
 * eBay's own words. Source: Trading API reference, "Errors by number", and error answers seen in public code (README).
 */
export function toTradingError(
  error: TradingError,
  operation: string,
  detail: PlatformDetail,
): ConnectorError {
  const platform: PlatformDetail = { ...detail, code: error.code }
  const said = `${operation}: ${error.message} (${error.code})`
  if (tradingTokenErrors.has(error.code)) return new Unauthorized(said, platform)
  if (gone.has(error.code)) return new NotFound(said, platform)
  if (limited.has(error.code)) return new RateLimited(said, limitedMs, platform)
  if (passing.has(error.code)) return new Unavailable(said, true, platform)
  switch (error.code) {
    case '841':
      return new Forbidden(`${said}. eBay has suspended the account.`, 'selling', platform)
    case '21919474':
      return new Invalid(
        `${said}. The listing is managed by the Inventory API: import this account's listings again.`,
        'stockUnitId',
        platform,
      )
    default:
      return new Invalid(said, 'request', platform)
  }
}
