import { findBadQuantity } from '../commands/quantities.ts'
import { type Refusal, refuse } from '../errors.ts'

/** A document is one transaction, and its answer one page. */
const LINES_MAX = 2_000

/** Refuses lists of lines that are empty, too long, or name one thing twice; says which line. */
export function findBadLines<Line>(
  lines: readonly Line[],
  rule: { nameOf(line: Line): string; findBad?(line: Line): Refusal | undefined },
): Refusal | undefined {
  if (lines.length === 0) return refuse('invalid-lines', 'lines', 'There is no line.')
  if (lines.length > LINES_MAX) {
    return refuse('invalid-lines', 'lines', `There are ${lines.length} lines, ${LINES_MAX} are the most.`)
  }
  const seen = new Map<string, number>()
  for (const [index, line] of lines.entries()) {
    const bad = rule.findBad?.(line)
    if (bad !== undefined) return atLine(index, bad)
    const name = rule.nameOf(line)
    const earlier = seen.get(name)
    if (earlier !== undefined) {
      return refuse(
        'invalid-lines',
        `lines[${index}]`,
        `Lines ${earlier + 1} and ${index + 1} are both of ${name}.`,
      )
    }
    seen.set(name, index)
  }
  return undefined
}

/** A refusal of one of a request's lines: says which. */
export function atLine(index: number, refusal: Refusal): Refusal {
  return refuse(refusal.code, `lines[${index}].${refusal.field}`, `Line ${index + 1}: ${refusal.message}`)
}

/** What the ledger refused of a command that carries out one of a request's lines; what is no field of a line stays as it is. */
export function ofLine(index: number, refusal: Refusal): Refusal {
  return LINE_FIELDS.has(refusal.field) ? atLine(index, refusal) : refusal
}

const LINE_FIELDS: ReadonlySet<string> = new Set([
  'sku',
  'quantity',
  'damaged',
  'lost',
  'lot',
  'expiresOn',
  'manufacturedOn',
  'supplierLot',
  'serials',
  'damagedSerials',
  'lostSerials',
  'unitCost',
])

/** Refuses a figure that is no count of units, under the name of its own field. */
export function findBadUnits(
  field: string,
  rule: 'positive' | 'not-negative',
  quantity: number,
): Refusal | undefined {
  const bad = findBadQuantity(field, rule, quantity)
  return bad === undefined ? undefined : refuse(bad.code, field, bad.message)
}
