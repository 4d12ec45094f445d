/**
 * The texts that searches take, as strictly as we can read them: fields, `=`, `>`, `>=`, `<=`, `in (…)`, values between single
 * quotation marks with those within doubled, and `and`. What is left over is a fault, never ignored.
 */
export type Term =
  | { field: string; op: '=' | '>' | '>=' | '<='; value: string }
  | { field: string; in: string[] }

/** Undefined: it is no query. */
export function parseQuery(text: string): Term[] | undefined {
  const terms: Term[] = []
  let at = 0
  const skip = () => {
    while (text[at] === ' ') at += 1
  }
  const take = (pattern: RegExp): string | undefined => {
    skip()
    const sticky = new RegExp(pattern.source, `y${pattern.flags}`)
    sticky.lastIndex = at
    const found = sticky.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  const value = () =>
    take(/'(?:[^']|'')*'/u)
      ?.slice(1, -1)
      .replaceAll("''", "'")
  skip()
  if (at === text.length) return []
  for (;;) {
    const field = take(/[A-Za-z]+(\.[A-Za-z]+)?/)
    if (field === undefined) return undefined
    const op = take(/>=|<=|=|>|in\b/)
    if (op === undefined) return undefined
    if (op === 'in') {
      const list: string[] = []
      if (take(/\(/) === undefined) return undefined
      for (;;) {
        const each = value()
        if (each === undefined) return undefined
        list.push(each)
        if (take(/,/) === undefined) break
      }
      if (take(/\)/) === undefined) return undefined
      terms.push({ field, in: list })
    } else {
      const each = value()
      if (each === undefined) return undefined
      terms.push({ field, op: op as '=' | '>' | '>=' | '<=', value: each })
    }
    skip()
    if (at === text.length) return terms
    if (take(/and\b/i) === undefined) return undefined
  }
}

export type Row = Readonly<Record<string, unknown>>

/** Whether a row is found; of a list below it one that fits will do. */
export function isFound(row: Row, terms: readonly Term[]): boolean {
  return terms.every((term) => valuesOf(row, term.field).some((value) => fits(value, term)))
}

function fits(value: string, term: Term): boolean {
  if ('in' in term) return term.in.includes(value)
  switch (term.op) {
    case '=':
      return value === term.value
    case '>':
      return value > term.value
    case '>=':
      return value >= term.value
    case '<=':
      return value <= term.value
  }
}

export function valuesOf(row: unknown, field: string): string[] {
  const [first = '', ...rest] = field.split('.')
  const steps: unknown[] = Array.isArray(row) ? row : [row]
  return steps.flatMap((each) => {
    const value = typeof each === 'object' && each !== null ? (each as Row)[first] : undefined
    if (value === undefined || value === null) return []
    return rest.length === 0 ? [String(value)] : valuesOf(value, rest.join('.'))
  })
}

/** Only the fields that a template names; without one, all of them. */
export function project(value: unknown, template: unknown): unknown {
  const shape: unknown = Array.isArray(template) ? template[0] : template
  if (typeof shape !== 'object' || shape === null || Object.keys(shape).length === 0) return value
  if (Array.isArray(value)) return value.map((each) => project(each, shape))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(shape).flatMap(([key, inner]) =>
      key in value ? [[key, project((value as Row)[key], inner)]] : [],
    ),
  )
}
