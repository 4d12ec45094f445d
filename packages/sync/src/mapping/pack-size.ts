/** How many of it one listing sells, where a title or name says so in words; undefined: it says nothing. */

/** More is a size or a model's number, and no pack. */
const PACK_MAX = 1_000

const PATTERNS: readonly RegExp[] = [
  /\b(?:pack|set|box|case|bundle|lot|carton) of (\d{1,4})\b/giu,
  /\b(\d{1,4})[\s-]?(?:pack|pk|pcs|pc|pieces|count|ct)\b/giu,
  // Not 3 x 4 cm: a number follows there.
  /(?<![\d.x×*])\b(\d{1,3})\s?[x×]\s(?=\p{L})/giu,
  /[x×*]\s?(\d{1,3})(?:个|件|只|支|瓶|盒|包|袋|片|条|罐)/gu,
  /(?<!\d)(\d{1,4})\s?(?:个|件|只|支|瓶|盒|包|袋|片|条|罐|双)(?:装|一?套|组)/gu,
]

export function packSize(text: string): number | undefined {
  const plain = text.normalize('NFKC')
  const sizes = new Set<number>()
  for (const pattern of PATTERNS) for (const [, digits] of plain.matchAll(pattern)) sizes.add(Number(digits))
  const [size, other] = sizes
  // Two that differ say nothing.
  return size === undefined || other !== undefined || size < 2 || size > PACK_MAX ? undefined : size
}
