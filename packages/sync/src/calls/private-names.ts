/**
 * Which names, in whatever a platform is asked or answers, stand for what is never kept: secrets, and who somebody is. It
 * errs to that side: a name that is masked in vain costs a look at the platform, one that is not costs trust.
 * Names are compared without case, signs and XML prefixes: `First_Name`, `firstName` and `ns:first-name` are one.
 */
export function isPrivateName(name: string, also: ReadonlySet<string>): boolean {
  const known = cached.get(name) ?? judge(name)
  return known.isPrivate || also.has(known.plain)
}

type Judged = { plain: string; isPrivate: boolean }

function judge(name: string): Judged {
  const plain = plainName(name)
  const judged = { plain, isPrivate: !HARMLESS.test(plain) && (SECRET.test(plain) || PERSONAL.test(plain)) }
  // What platforms call things is a small vocabulary; keys that are ids are not, and must not fill the memory.
  if (cached.size < CACHED_MAX && name.length <= 60) cached.set(name, judged)
  return judged
}

export function plainName(name: string): string {
  return name
    .slice(name.lastIndexOf(':') + 1)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

const CACHED_MAX = 5_000
const cached = new Map<string, Judged>()

const SECRET =
  /token|secret|passw|pwd|passphrase|authori[sz]|apikey|appkey|accesskey|privatekey|consumerkey|licen[cs]ekey|signature|^sign$|hmac|credential|cookie|session|^clientid|jwt|nonce|bearer|^(key|otp|pin|auth|value|pageinfo|cursor)$/
const PERSONAL =
  /name$|^name|^(first|last|given|family|sur|full|nick|user|login)|mail|phone|mobile|^tel|fax|^address|address(line)?\d*$|addr|street|^city$|city$|town|suburb|district|zip|postal|postcode|province|county|latitude|longitude|^la?t?(lat|lng|lon)$|birth|gender|company|^ip$|ip$|customer|buyer|recipient|consign|^(ship|bill|sold)to|billing|^shipping$|receiver|addressee|contact|person|note|comment|remark|instruction|gift|passport|identity|^tax|^vat|^ssn|iban|^bic$|account(number|no|id)?$|^(credit|debit)?card|payment|signed|useragent|^line\d|^metadata$|customattribute|customfield|^properties$|^meta$/
const HARMLESS =
  /^(customer|purchase|seller|merchant)?order(id|number|lineid|linenumber)s?$|^(type|operation|file|product|item|field|event|parameter|property|column|host|domain|warehouse|location|scope)name$|^(error|status)?code$|capacity|^message$|ship$/
