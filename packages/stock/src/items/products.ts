import { type Refusal, refuse } from '../errors.ts'
import { findBadCode, findBadName, mergeNames, type Names, type NamesInput, SKU_MAX } from './names.ts'

/** A product groups variants: items that differ in options such as size and colour. It is never in stock itself. */
export type Product = {
  productId: string
  code: string
  /** The default one; `names` has those of other languages. */
  name: string
  names: Names
  /** In the order in which people choose: colour, then size. */
  optionNames: string[]
  version: number
}

/** What is absent is left alone; `names` are put over those there are, `optionNames` replace the whole. */
export type ProductRow = {
  code: string
  /** Undefined: whichever the code calls for. */
  mode?: 'create' | 'change' | undefined
  /** Changes only the version that the caller has read. */
  version?: number | undefined
  name?: string | undefined
  names?: NamesInput | undefined
  optionNames?: readonly string[] | undefined
}

const OPTIONS_MAX = 10
const OPTION_TEXT_MAX = 100

/** An item may lack an option of its product, so that a product can get a new one; it has none that is not there. */
export function findBadOptions(
  options: Readonly<Record<string, string>>,
  optionNames: readonly string[],
): Refusal | undefined {
  for (const [name, value] of Object.entries(options)) {
    if (!optionNames.includes(name)) {
      const there = optionNames.length === 0 ? 'it has none' : `it has ${optionNames.join(', ')}`
      return refuse('options-mismatch', 'options', `The product has no option "${name}"; ${there}.`)
    }
    const bad = findBadCode(value, `options.${name}`, OPTION_TEXT_MAX)
    if (bad !== undefined) return bad
  }
  return undefined
}

/** What no two variants of a product share; undefined where an item is none that could be mistaken for another. */
export function variantKey(item: {
  product: string | null
  options: Readonly<Record<string, string>>
  archivedAt: Date | null
}): string | undefined {
  const options = Object.entries(item.options).sort(([a], [b]) => (a < b ? -1 : 1))
  if (item.product === null || options.length === 0 || item.archivedAt !== null) return undefined
  return JSON.stringify([item.product, options])
}

/** Refuses option names that cannot be told apart, or that variants have and the product would lose. */
function findBadOptionNames(optionNames: readonly string[], inUse: readonly string[]): Refusal | undefined {
  if (optionNames.length > OPTIONS_MAX) {
    return refuse('options-mismatch', 'optionNames', `A product has at most ${OPTIONS_MAX} options.`)
  }
  const seen = new Set<string>()
  for (const name of optionNames) {
    const bad = findBadCode(name, 'optionNames', OPTION_TEXT_MAX)
    if (bad !== undefined) return bad
    if (seen.has(name))
      return refuse('options-mismatch', 'optionNames', `The option "${name}" is named twice.`)
    seen.add(name)
  }
  const lost = inUse.find((name) => !seen.has(name))
  return lost === undefined
    ? undefined
    : refuse('options-mismatch', 'optionNames', `Variants of the product have the option "${lost}".`)
}

/**
 * Decides one row: what its product is afterwards; at the version that it has where nothing changes.
 * @param inUse option names that some variant has a value of
 */
export function decideProduct(
  row: ProductRow,
  before: Product | undefined,
  fresh: Product,
  inUse: readonly string[],
): { kind: 'decided'; product: Product } | Refusal {
  if ((row.version !== undefined || row.mode === 'change') && before === undefined) {
    return unknownProduct(row.code)
  }
  if (row.mode === 'create' && before !== undefined) {
    return refuse('product-taken', 'code', `There is a product with the code "${row.code}" already.`)
  }
  if (row.version !== undefined && row.version !== before?.version) {
    const message = `The product "${row.code}" is at version ${before?.version}, not ${row.version}.`
    return refuse('version-changed', 'version', message)
  }
  const base = before ?? fresh
  const names = mergeNames(base.names, row.names)
  if (names.kind === 'refused') return names
  const next = {
    ...base,
    name: row.name ?? base.name,
    names: names.names,
    optionNames: [...(row.optionNames ?? base.optionNames)],
  }
  const bad =
    findBadCode(row.code, 'code', SKU_MAX) ??
    findBadName(next.name, 'name') ??
    findBadOptionNames(next.optionNames, inUse)
  if (bad !== undefined) return bad
  const isSame = before !== undefined && contentOf(before) === contentOf(next)
  return { kind: 'decided', product: isSame ? before : { ...next, version: base.version + 1 } }
}

/** Names in one order: the database keeps its own. */
function contentOf({ name, names, optionNames }: Product): string {
  return JSON.stringify([name, Object.entries(names).sort(), optionNames])
}

export function unknownProduct(code: string): Refusal {
  return refuse('unknown-product', 'code', `There is no product with the code "${code}".`)
}
