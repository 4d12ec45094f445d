/**
 * The little of Shopify's search syntax that integrations use: `field:value`, with `>`, `>=`, `<`, `<=`,
 * single quotes, and several terms joined by spaces or AND.
 */
export type SearchTerm = { field: string; comparison: '>' | '>=' | '<' | '<=' | '='; value: string }

export function readSearch(query: string | null | undefined): SearchTerm[] {
  const terms: SearchTerm[] = []
  for (const match of (query ?? '').matchAll(/(\w+):(>=|<=|>|<)?(?:'((?:[^'\\]|\\.)*)'|(\S+))/g)) {
    const [, field, comparison, quoted, bare] = match
    const value = quoted?.replace(/\\(.)/g, '$1') ?? bare
    if (field === undefined || value === undefined) continue
    terms.push({ field, comparison: toComparison(comparison), value })
  }
  return terms
}

function toComparison(text: string | undefined): SearchTerm['comparison'] {
  return text === '>' || text === '>=' || text === '<' || text === '<=' ? text : '='
}

export function holds(actual: number, term: SearchTerm, expected: number): boolean {
  switch (term.comparison) {
    case '>':
      return actual > expected
    case '>=':
      return actual >= expected
    case '<':
      return actual < expected
    case '<=':
      return actual <= expected
    case '=':
      return actual === expected
  }
}
