import { isPrivateName } from './private-names.ts'

/** Stands for what was there. */
export const MASK = '***'
/** A text is kept up to here: what tells two values apart is in their beginning. */
const TEXT_MAX = 300

/** What is masked for one connection. */
export type MaskRules = {
  /** Further names, plain (`plainName`): those that its connector declares. */
  names: ReadonlySet<string>
  /** Texts that are masked wherever they stand: what it proves itself with, as they are sent. */
  secrets: readonly string[]
  /** Whatever says who somebody is may be in it: texts are masked but for those that name a thing or say how it stands. */
  isStrict: boolean
}

const MAIL = /[^\s"'<>()@,;:]+@[^\s"'<>()@,;:]+\.[^\s"'<>()@,;:]+/gu
const PHONE =
  /\+\d[\d\s().-]{6,}\d|\(\d{2,5}\)\s?\d[\d\s.-]{4,}\d|\b\d{3}[-.\s]\d{3,4}[-.\s]\d{4}\b|(?<!\d)1[3-9]\d{9}(?!\d)/g
/** Signed tokens, and what is opaque and long enough to be one. */
const TOKEN = /\beyJ[\w-]+\.[\w.-]+|\b[\w+=-]{40,}/g
const ADDRESS_OF_PAGE = /\bhttps?:\/\/[^\s"'<>]+/g
const BEARER = /\b(bearer|basic|token)\s+[\w+/=.:-]+/gi

/** Whether any of these may be in it: asked once of each text, and most texts are short and plain. */
const SUSPECT = /[@(+]|https?:\/\/|\d[\d\s.-]{8,}|[\w+=-]{40}|eyJ|\b(?:bearer|basic|token)\s/i

/** The text as it may be kept. */
export function maskText(text: string, { secrets }: Pick<MaskRules, 'secrets'>): string {
  let masked = text
  for (const secret of secrets) if (masked.includes(secret)) masked = masked.split(secret).join(MASK)
  if (SUSPECT.test(masked))
    masked = masked
      .replace(ADDRESS_OF_PAGE, maskAddress)
      .replace(MAIL, MASK)
      .replace(PHONE, MASK)
      .replace(BEARER, MASK)
      .replace(TOKEN, MASK)
  return masked.length > TEXT_MAX ? `${masked.slice(0, TEXT_MAX)}…` : masked
}

/** What stands under a name that is not private. */
export function maskNamed(name: string | undefined, text: string, rules: MaskRules): string {
  if (rules.isStrict && !mayStay(name, text)) return MASK
  return maskText(text, rules)
}

const STAYS =
  /(id|ids|sku|code|status|state|type|kind|number|reference|currency|carrier|topic|event|version|reason|action|method|error|errors|operation|typename|unit|condition|channel|marketplace)$/i
const MOMENT = /^\d{4}-\d\d-\d\d([T ][\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/
const SMALL_NUMBER = /^-?\d{1,4}(\.\d+)?$/

/** In what may hold personal data: moments, amounts, and what names a thing, in one word. */
function mayStay(name: string | undefined, text: string): boolean {
  if (text === '' || MOMENT.test(text) || SMALL_NUMBER.test(text)) return true
  return name !== undefined && STAYS.test(name) && /^([\w./:#+-]{1,80}|gid:\/\/[\w/?=&-]{1,120})$/.test(text)
}

/** An address with the values of its query, its user and its fragment masked. */
export function maskAddress(url: string): string {
  const parsed = URL.parse(url)
  if (parsed === null) return MASK
  const names = [...parsed.searchParams.keys()].map((name) => `${encodeURIComponent(name)}=${MASK}`)
  return `${parsed.origin}${parsed.pathname}${names.length > 0 ? `?${names.join('&')}` : ''}`
}

/** The address of a call: its path may hold a secret or an e-mail address too. */
export function maskCallAddress(url: string, rules: MaskRules): string {
  const parsed = URL.parse(url)
  if (parsed === null) return 'not an address'
  const path = parsed.pathname
    .split('/')
    .map((part) => maskPart(part, rules))
    .join('/')
  const names = [...parsed.searchParams.keys()].map((name) => `${maskName(name, rules)}=${MASK}`)
  return `${maskText(parsed.host, { secrets: rules.secrets })}${path}${names.length > 0 ? `?${names.join('&')}` : ''}`.slice(
    0,
    ADDRESS_MAX,
  )
}

const ADDRESS_MAX = 500
/** A name as programs give them; what is none may be data. */
export const isPlain = (name: string) => /^[\w.$:@[\]-]{1,60}$/.test(name)

export function maskName(name: string, rules: MaskRules): string {
  return isPlain(name) ? maskText(name, rules) : MASK
}

function maskPart(part: string, rules: MaskRules): string {
  let plain = part
  try {
    plain = decodeURIComponent(part)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
  }
  const masked = maskText(plain, rules)
  return masked === plain ? part : masked
}

/** Which names of headers are kept; all others may prove or tell who somebody is. */
const HEADERS_KEPT =
  /^(content-type|content-length|date|retry-after|etag|age|x-request-id|x-correlation-id|x-amzn-requestid|x-amzn-request-id|x-amzn-ratelimit-limit|x-shopify-.*(topic|api-version|call-limit|webhook-id|event-id|request-id|triggered-at)|x-wc-webhook-(topic|resource|event|delivery-id)|x-wp-total(pages)?|.*rate-?limit.*|rlogid|x-ebay-c-.*-id|wm_qos\.correlation_id|wm_sec\.timestamp|x-tt-logid|cf-ray|x-file-(feed|name)|content-encoding|allow|location)$/

/** Headers that say something of the call. */
export function maskHeaders(
  headers: Readonly<Record<string, string | undefined>>,
  rules: MaskRules,
): Record<string, string> {
  const kept: [string, string][] = []
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    if (value === undefined || !HEADERS_KEPT.test(lower) || isPrivateName(lower, NONE)) continue
    const masked = lower === 'location' ? maskAddress(value) : maskText(value, rules)
    kept.push([lower, masked])
  }
  return Object.fromEntries(kept)
}
const NONE: ReadonlySet<string> = new Set()

const REQUEST_ID =
  /^(x-request-id|x-amzn-requestid|x-amzn-request-id|x-shopify-request-id|x-correlation-id|rlogid|wm_qos\.correlation_id|x-tt-logid|cf-ray)$/

/**
 * What a request proves itself with: the values of all headers that are not kept. An answer may quote them, a token that
 * was fetched this minute among them.
 */
export function secretsOfHeaders(headers: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const lower = name.toLowerCase()
    if (HEADERS_KEPT.test(lower) || /^(accept.*|user-agent|host|prefer|x-.*version)$/.test(lower)) return []
    return [value, value.slice(value.lastIndexOf(' ') + 1)].filter(({ length }) => length >= SECRET_MIN)
  })
}

/** A shorter text says nothing by itself, and would be masked everywhere. */
export const SECRET_MIN = 5

/** What the platform calls the request by: its support asks for it. */
export function requestIdOf(headers: Readonly<Record<string, string | undefined>>, rules: MaskRules) {
  const found = Object.entries(headers).find(([name]) => REQUEST_ID.test(name.toLowerCase()))?.[1]
  // An id of 40 signs and more looks like a token; here it is what it is.
  if (found === undefined) return undefined
  return rules.secrets.some((secret) => found.includes(secret)) || !/^[\w./:=,| -]{1,200}$/.test(found)
    ? undefined
    : found
}
