import { barcodeForms } from './barcode-forms.ts'
import type { IndexedItem, MatchIndex } from './match-index.ts'
import { packSize } from './pack-size.ts'
import { plainSku, skusIn, skusWithin } from './sku-forms.ts'
import type { Confidence, Doubt, Reason, Suggestion } from './suggestion.ts'
import { titleTokens } from './title-tokens.ts'

/** A listing that is tied to nothing, with what of its connection speaks against a match. */
export type ListingToMatch = {
  sku: string | null
  barcode: string | null
  title: string
  /** Another listing of the connection that is not gone has the same. */
  isSkuShared: boolean
  isBarcodeShared: boolean
  /** It has the SKU that another listing was tied by: maybe a swap, which only a person sees through. */
  isDoubted: boolean
  /** What the first rule of the connection that says something of it says. */
  ruled: Ruled | undefined
}

export type Ruled = { rule: string; sku: string; unitsPerListing: number }

const SUGGESTIONS_MAX = 4
/** Of items that are alike in one thing so many are shown. */
const ALIKE_MAX = 3
const SHARE_MIN = 0.5
/** From here on a suggestion is likely, unless several items are alike in it. */
const LIKELY_MIN = 700

/**
 * Ranks the items that a listing may sell, each with its reasons. Pure, and the same for the same listing and items, in
 * whatever order those came. At most one is certain: where two things that identify say two items, neither is.
 */
export function suggestItems(listing: ListingToMatch, index: MatchIndex): Suggestion[] {
  const found = new Map<number, Found>()
  const add = (item: number, evidence: Evidence) => {
    found.set(item, [...(found.get(item) ?? []), evidence])
  }
  addBySku(listing, index, add)
  addByBarcode(listing, index, add)
  addByTitle(listing, index, add)
  const ranked = [...found]
    .flatMap(([nth, evidence]) => {
      const item = index.items[nth]
      return item === undefined ? [] : [{ nth, item, evidence, ...weigh(item, evidence, listing) }]
    })
    .sort((a, b) => b.score - a.score || a.nth - b.nth)
  const identified = ranked.filter(({ evidence }) => evidence.some(({ identifies }) => identifies))
  return ranked.slice(0, SUGGESTIONS_MAX).map(({ item, evidence, score, reasons, units, isPackGuessed }) => {
    const other = identified.find((each) => each.item !== item)
    const doubts = doubtsOf(evidence, listing, other?.item.sku)
    const isIdentified = evidence.some(({ identifies }) => identifies)
    const isAlike = evidence.every(({ alike }) => alike > 1)
    const alike = Math.max(...evidence.map((each) => each.alike))
    const confidence: Confidence =
      isIdentified && doubts.length === 0 && !isPackGuessed
        ? 'certain'
        : score >= LIKELY_MIN && !isAlike
          ? 'likely'
          : 'possible'
    const several: Reason[] = isAlike ? [{ kind: 'several-alike', items: alike }] : []
    return {
      itemId: item.itemId,
      sku: item.sku,
      unitsPerListing: units,
      confidence,
      score,
      reasons: [...reasons, ...several, ...doubts],
    }
  })
}

/** One thing that speaks for an item. */
type Evidence = {
  reason: Reason
  weight: number
  /** Made to identify one item: a rule of a person, the SKU, the barcode. */
  identifies: boolean
  /** Base units, where it says so itself. */
  units: number | undefined
  /** How many items it speaks for. */
  alike: number
}
type Found = readonly Evidence[]
type Add = (item: number, evidence: Evidence) => void

const guess = (reason: Reason, weight: number, alike = 1): Evidence => ({
  reason,
  weight,
  identifies: false,
  units: undefined,
  alike,
})

function addBySku({ sku, ruled, title }: ListingToMatch, index: MatchIndex, add: Add): void {
  const ruledItem = ruled === undefined ? undefined : index.bySku.get(ruled.sku)
  if (ruled !== undefined && ruledItem !== undefined) {
    const reason: Reason = { kind: 'rule', rule: ruled.rule, sku: ruled.sku }
    add(ruledItem, { reason, weight: 980, identifies: true, units: ruled.unitsPerListing, alike: 1 })
  }
  const same = sku === null ? undefined : index.bySku.get(sku)
  if (same !== undefined)
    add(same, { reason: { kind: 'same-sku' }, weight: 950, identifies: true, units: undefined, alike: 1 })
  const addAlike = (plain: string, reason: Reason, weight: number) => {
    const alike = (index.byPlainSku.get(plain) ?? []).filter((item) => item !== same)
    for (const item of alike.slice(0, ALIKE_MAX)) add(item, guess(reason, weight, alike.length))
  }
  if (sku !== null) {
    const plain = plainSku(sku)
    if (plain !== '') addAlike(plain, { kind: 'like-sku' }, 850)
    for (const { plain: rest, without } of skusWithin(sku))
      if (rest !== plain) addAlike(rest, { kind: 'sku-within', without }, 770)
  }
  for (const plain of skusIn(title)) addAlike(plain, { kind: 'sku-in-title' }, 720)
}

function addByBarcode({ barcode }: ListingToMatch, index: MatchIndex, add: Add): void {
  const forms = barcode === null ? undefined : barcodeForms(barcode)
  if (forms === undefined) return
  const same = index.byBarcode.get(forms.comparable)
  if (same !== undefined) {
    const { item, units } = same
    const reason: Reason = { kind: 'same-barcode', units }
    add(item, { reason, weight: 920, identifies: true, units, alike: 1 })
  }
  const like = forms.repaired === undefined ? undefined : index.byBarcode.get(forms.repaired)
  if (like !== undefined) add(like.item, { ...guess({ kind: 'like-barcode' }, 760), units: like.units })
}

function addByTitle({ title }: ListingToMatch, { titles }: MatchIndex, add: Add): void {
  for (const { owner, share } of titles.find(title, { shareMin: SHARE_MIN, limit: SUGGESTIONS_MAX * 2 }))
    add(owner, guess({ kind: 'like-title', percent: Math.round(share * 100) }, 200 + Math.round(share * 450)))
}

/** What all of it comes to: the strongest counts, each other a little, options for it or against. */
function weigh(item: IndexedItem, evidence: Found, { title }: ListingToMatch) {
  const inOrder = [...evidence].sort((a, b) => b.weight - a.weight)
  const strongest = inOrder[0]?.weight ?? 0
  const reasons = inOrder.map(({ reason }) => reason)
  const options = optionsOf(item, title)
  if (options !== undefined && options.missing === 0)
    reasons.push({ kind: 'options', values: item.options.map(({ value }) => value) })
  const said = inOrder.find(({ units }) => units !== undefined)?.units
  const guessed = packOf(item, title)
  if (said === undefined && guessed > 1) reasons.push({ kind: 'pack', units: guessed })
  const isByTitle = reasons.some(({ kind }) => kind === 'like-title')
  const byOptions = options === undefined ? 0 : options.missing === 0 ? 12 : isByTitle ? -60 : 0
  const score = strongest + 6 * (evidence.length - 1) + byOptions
  return {
    score: Math.max(1, Math.min(1_000, score)),
    reasons,
    units: said ?? guessed,
    isPackGuessed: said === undefined && guessed > 1,
  }
}

/** Undefined: it has none. */
function optionsOf({ options }: IndexedItem, title: string): { missing: number } | undefined {
  if (options.length === 0) return undefined
  const words = new Set(titleTokens(title))
  return { missing: options.filter(({ tokens }) => !tokens.every((token) => words.has(token))).length }
}

/** A pack of six of what itself is a pair is six units of three pairs' worth only where it comes out even. */
function packOf(item: IndexedItem, title: string): number {
  const units = (packSize(title) ?? 1) / item.packSize
  return Number.isInteger(units) && units > 1 ? units : 1
}

function doubtsOf(evidence: Found, listing: ListingToMatch, contradiction: string | undefined): Doubt[] {
  const kinds = new Set(evidence.filter(({ identifies }) => identifies).map(({ reason }) => reason.kind))
  const only = (kind: Reason['kind']) => kinds.size === 1 && kinds.has(kind)
  return [
    ...(listing.isDoubted ? [{ kind: 'changed-sku' } as const] : []),
    ...(listing.isSkuShared && only('same-sku') ? [{ kind: 'shared-sku' } as const] : []),
    ...(listing.isBarcodeShared && only('same-barcode') ? [{ kind: 'shared-barcode' } as const] : []),
    ...(contradiction === undefined ? [] : [{ kind: 'contradicted', sku: contradiction } as const]),
  ]
}
