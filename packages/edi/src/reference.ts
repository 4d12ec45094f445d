import { Invalid } from '@plimsoll/connector-kit'

/**
 * The hub's ids have 36 characters; the depositor's order number of a 940 has 22. A UUID written with the 62 letters and
 * digits has 22 and can be read back, so that nothing need be looked up. `upper` writes it with 36 in 25 characters, for
 * partners whose system keeps capitals only and whose field is longer.
 */
export type ReferenceForm = 'short' | 'upper' | 'uuid'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const FORMS = { short: { base: 62n, length: 22 }, upper: { base: 36n, length: 25 } } as const
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** @throws Invalid for an id that the form cannot hold */
export function toReference(id: string, form: ReferenceForm): string {
  if (form === 'uuid') {
    if (id.length > 36 || id === '') throw new Invalid(`"${id}" is longer than 36 characters`, 'reference')
    return id
  }
  const { base, length } = FORMS[form]
  if (!UUID.test(id)) {
    // Shorter than any UUID's, so that it can be told from one.
    if (/^[\w.-]+$/.test(id) && id.length < length) return id
    throw new Invalid(`"${id}" does not fit into ${length} characters`, 'reference')
  }
  let rest = BigInt(`0x${id.replaceAll('-', '')}`)
  let written = ''
  for (let place = 0; place < length; place += 1) {
    written = DIGITS.charAt(Number(rest % base)) + written
    rest /= base
  }
  return written
}

/** The hub's id; a reference that is none of the hub's comes back as it is, and names nothing there. */
export function fromReference(reference: string, form: ReferenceForm): string {
  if (form === 'uuid') return reference
  const { base, length } = FORMS[form]
  if (reference.length !== length) return reference
  let value = 0n
  for (const character of reference) {
    const digit = BigInt(DIGITS.indexOf(character))
    if (digit < 0n || digit >= base) return reference
    value = value * base + digit
  }
  if (value >= 1n << 128n) return reference
  const hex = value.toString(16).padStart(32, '0')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
