/** What may be suggested of a listing, and how sure it is. */

/**
 * `certain`: one item and no other, by what is made to identify it, and nothing that speaks against it. `likely`: one item,
 * by something that is seldom wrong. `possible`: worth a look.
 */
export const CONFIDENCES = ['certain', 'likely', 'possible'] as const
export type Confidence = (typeof CONFIDENCES)[number]

/** Why an item is suggested, or why it is not certain. */
export type Reason =
  /** A rule of the connection made this SKU of it. */
  | { kind: 'rule'; rule: string; sku: string }
  | { kind: 'same-sku' }
  /** But for case, spaces, dashes and other signs. */
  | { kind: 'like-sku' }
  /** But for a part before or behind. */
  | { kind: 'sku-within'; without: string }
  | { kind: 'sku-in-title' }
  | { kind: 'same-barcode'; units: number }
  /** But for leading zeros or a check digit that it lacks. */
  | { kind: 'like-barcode' }
  | { kind: 'like-title'; percent: number }
  /** The options of the variant are in its title. */
  | { kind: 'options'; values: string[] }
  /** Its title says that it is a pack of so many. */
  | { kind: 'pack'; units: number }
  | Doubt

export type Doubt =
  /** Another listing of the connection has the same SKU, or the same barcode. */
  | { kind: 'shared-sku' }
  | { kind: 'shared-barcode' }
  /** Its SKU was another's before: a person decides what it sells. */
  | { kind: 'changed-sku' }
  /** Something else that identifies says another item. */
  | { kind: 'contradicted'; sku: string }
  /** So many items are alike in this. */
  | { kind: 'several-alike'; items: number }

export type Suggestion = {
  itemId: string
  sku: string
  unitsPerListing: number
  confidence: Confidence
  /** Of a thousand; ranks suggestions of one listing, and says nothing between listings. */
  score: number
  reasons: readonly Reason[]
}

/** For a person, each a clause: "the same SKU", "its title is 83% like the item’s name". */
export function sayReason(reason: Reason): string {
  switch (reason.kind) {
    case 'rule':
      return `the rule "${reason.rule}" makes ${reason.sku} of it`
    case 'same-sku':
      return 'the same SKU'
    case 'like-sku':
      return 'the same SKU but for case, spaces or dashes'
    case 'sku-within':
      return `the same SKU without ${reason.without}`
    case 'sku-in-title':
      return 'the SKU is in its title'
    case 'same-barcode':
      return reason.units === 1 ? 'the same barcode' : `the barcode of ${reason.units} units of it`
    case 'like-barcode':
      return 'the same barcode but for leading zeros or the check digit'
    case 'like-title':
      return `its title is ${reason.percent}% like the item’s name`
    case 'options':
      return `its title has the options ${reason.values.join(', ')}`
    case 'pack':
      return `its title says a pack of ${reason.units}`
    case 'shared-sku':
      return 'but another listing here has the same SKU'
    case 'shared-barcode':
      return 'but another listing here has the same barcode'
    case 'changed-sku':
      return 'but its SKU was another listing’s before'
    case 'contradicted':
      return `but something else says ${reason.sku}`
    case 'several-alike':
      return `but ${reason.items} items are alike in this`
    default: {
      const never: never = reason
      return never
    }
  }
}
