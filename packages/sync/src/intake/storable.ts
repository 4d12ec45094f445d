/**
 * The value with every text as PostgreSQL can keep it: no NUL, and no half of a surrogate pair, which a
 * platform that cuts titles leaves behind. Both would make it refuse the whole row, and with it every
 * order of a page. Each becomes U+FFFD, as in any decoder.
 * Source: PostgreSQL manual, "JSON Types": `\u0000` and lone surrogates are refused by `jsonb`.
 */
export function toStorable<T>(value: T): T {
  // Nearly all are, and a copy of every order was a tenth of what taking it in costs the process.
  if (isStorable(value)) return value
  const clean = JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'string' ? each.toWellFormed().replaceAll('\0', '\ufffd') : each,
  )
  // The shape is the value's own: only texts were replaced, and only by texts.
  return JSON.parse(clean) as T
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every(isStorable)
}
