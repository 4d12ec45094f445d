/**
 * How well a name fits what was typed: 0 does not. Its beginning fits best, then a word's beginning, then any part, then its
 * letters in order. Case and width do not count: full-width letters are what Chinese keyboards type.
 */
export function fitOf(name: string, typed: string): number {
  const [text, wanted] = [name, typed].map((each) => each.normalize('NFKC').toLowerCase().trim()) as [
    string,
    string,
  ]
  if (wanted === '') return 1
  if (text === wanted) return 6
  if (text.startsWith(wanted)) return 5
  if (text.split(/[\s\-_/]+/).some((word) => word.startsWith(wanted))) return 4
  if (text.includes(wanted)) return 3
  return isInOrder(text, wanted) ? 2 : 0
}

function isInOrder(text: string, wanted: string): boolean {
  // A single letter is in most names: that says nothing.
  if (wanted.length < 2) return false
  let from = 0
  for (const letter of wanted) {
    const at = text.indexOf(letter, from)
    if (at < 0) return false
    from = at + letter.length
  }
  return true
}

/** Those that fit, the best first; else in their own order. `also`: what else it is found by. */
export function fitting<Entry extends { label: string; also?: string | undefined }>(
  entries: readonly Entry[],
  typed: string,
): Entry[] {
  const fit = ({ label, also }: Entry) =>
    Math.max(fitOf(label, typed), also === undefined ? 0 : fitOf(also, typed))
  return entries
    .map((entry, nth) => ({ entry, nth, fit: fit(entry) }))
    .filter((each) => each.fit > 0)
    .sort((a, b) => b.fit - a.fit || a.nth - b.nth)
    .map(({ entry }) => entry)
}
