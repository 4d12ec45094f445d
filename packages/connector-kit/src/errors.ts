/**
 * The closed set of things that can go wrong when the hub speaks to a platform.
 *
 * The hub acts on the class alone (see `actionFor`); `fault` says who is told.
 * A connector never invents a class and never swallows one.
 */

/** Whose fault it is: ours (a bug), yours (settings, rights), theirs (the platform's), or passing (wait). */
export type Fault = 'ours' | 'yours' | 'theirs' | 'passing'

/** What the platform itself said, kept for the log and for the platform's support desk. */
export type PlatformDetail = {
  /** HTTP status of the answer, absent when there was none. */
  status?: number
  /** The platform's own error code, for example `THROTTLED` or `rest_invalid_param`. */
  code?: string
  /** The platform's request id, for example Shopify's `x-request-id`. */
  requestId?: string
  cause?: unknown
}

export type ErrorKind =
  | 'rate-limited'
  | 'unavailable'
  | 'unauthorized'
  | 'forbidden'
  | 'invalid'
  | 'not-found'
  | 'conflict'
  | 'malformed'

/** Base of every error a connector may throw. Match on `kind`, not with `instanceof`. */
export abstract class ConnectorError extends Error {
  abstract readonly kind: ErrorKind
  abstract readonly fault: Fault
  readonly platform: PlatformDetail

  constructor(message: string, platform: PlatformDetail = {}) {
    super(message, platform.cause === undefined ? undefined : { cause: platform.cause })
    this.name = new.target.name
    this.platform = platform
  }
}

/** The platform asks us to wait. `retryAfterMs` is its hint, absent when it gave none. */
export class RateLimited extends ConnectorError {
  readonly kind = 'rate-limited'
  readonly fault = 'passing'
  readonly retryAfterMs: number | undefined

  constructor(message: string, retryAfterMs?: number, platform?: PlatformDetail) {
    super(message, platform)
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * Network failure, time-out or 5xx: try again later, with backoff.
 * `sent` says whether the request may have reached the platform: a write that may have is *unknown*,
 * one that surely did not is simply still waiting.
 */
export class Unavailable extends ConnectorError {
  readonly kind = 'unavailable'
  readonly fault = 'passing'
  readonly sent: boolean

  constructor(message: string, sent: boolean, platform?: PlatformDetail) {
    super(message, platform)
    this.sent = sent
  }
}

/** `platform.code` of a call that we kept back ourselves: it says nothing of the platform. */
export const KEPT_BACK = 'kept-back'

/** Credentials refused: the lane stops, everything stays queued, a person is asked. */
export class Unauthorized extends ConnectorError {
  readonly kind = 'unauthorized'
  readonly fault = 'yours'
}

/** The credentials are good but lack a right; `scope` names it as the platform does. */
export class Forbidden extends ConnectorError {
  readonly kind = 'forbidden'
  readonly fault = 'yours'
  readonly scope: string

  constructor(message: string, scope: string, platform?: PlatformDetail) {
    super(message, platform)
    this.scope = scope
  }
}

/** The platform refuses this input for good: park that one write. `field` is ours where it can be told. */
export class Invalid extends ConnectorError {
  readonly kind = 'invalid'
  readonly fault = 'ours'
  readonly field: string

  constructor(message: string, field: string, platform?: PlatformDetail) {
    super(message, platform)
    this.field = field
  }
}

/** The listing, order or location is gone. */
export class NotFound extends ConnectorError {
  readonly kind = 'not-found'
  readonly fault = 'theirs'
}

/** Compare-and-set lost; `current` is the platform's quantity where it says it. */
export class Conflict extends ConnectorError {
  readonly kind = 'conflict'
  readonly fault = 'passing'
  readonly current: number | undefined

  constructor(message: string, current?: number, platform?: PlatformDetail) {
    super(message, platform)
    this.current = current
  }
}

/** The platform answered something unreadable: park, alert, never guess. `body` is at most 2,000 characters. */
export class Malformed extends ConnectorError {
  readonly kind = 'malformed'
  readonly fault = 'theirs'
  readonly body: string
  /** As in `Unavailable`: after an unreadable answer a write is unknown. */
  readonly sent: boolean

  constructor(message: string, body: string, sent = true, platform?: PlatformDetail) {
    super(message, platform)
    this.body = body.slice(0, 2_000)
    this.sent = sent
  }
}

/** What the lane does next. The only place where a class becomes an action. */
export type Action = 'wait' | 'retry' | 'stop-lane' | 'park' | 'mark-gone' | 'read-orders'

export function actionFor(kind: ErrorKind): Action {
  switch (kind) {
    case 'rate-limited':
      return 'wait'
    case 'unavailable':
      return 'retry'
    case 'unauthorized':
    case 'forbidden':
      return 'stop-lane'
    case 'invalid':
    case 'malformed':
      return 'park'
    case 'not-found':
      return 'mark-gone'
    case 'conflict':
      return 'read-orders'
    default: {
      const never: never = kind
      return never
    }
  }
}

export function isConnectorError(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError
}
