/** What is the same SKU written in another way, and what is left of one that has something before or behind it. */

/** Below this what is left of a SKU says nothing: "-2" is at the end of hundreds. */
const REST_MIN = 3

/**
 * A SKU without what people write differently: case, width, spaces, dashes and all other signs that are no letter or
 * digit. Two SKUs are alike where these are the same.
 */
export function plainSku(sku: string): string {
  return sku
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
}

/** A SKU less its first or its last part, with the part that was left out. */
export type SkuWithin = { plain: string; without: string }

/**
 * What is left of a SKU whose parts stand between signs (`AMZ-MUG-RED`, `MUG-RED_FBA`): less the first, less the last, less
 * both. Nothing of a SKU of one part.
 */
export function skusWithin(sku: string): SkuWithin[] {
  const parts = sku
    .normalize('NFKC')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
  const [first] = parts
  const last = parts.at(-1)
  if (parts.length < 2 || first === undefined || last === undefined) return []
  const found: SkuWithin[] = [
    { plain: plainSku(parts.slice(0, -1).join('')), without: last },
    { plain: plainSku(parts.slice(1).join('')), without: first },
  ]
  if (parts.length > 2)
    found.push({ plain: plainSku(parts.slice(1, -1).join('')), without: `${first}, ${last}` })
  return found.filter(({ plain }) => plain.length >= REST_MIN)
}

/** Words of a title that may be a SKU: with a digit in them, and not too short to mean anything. */
export function skusIn(title: string): string[] {
  const words = title.normalize('NFKC').match(/[\p{L}\p{N}][\p{L}\p{N}._/-]*[\p{L}\p{N}]/gu) ?? []
  const plain = words.filter((word) => /\p{N}/u.test(word) && /\p{L}/u.test(word)).map(plainSku)
  return [...new Set(plain)].filter((word) => word.length > REST_MIN)
}
