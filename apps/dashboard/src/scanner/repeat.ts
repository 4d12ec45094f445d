/**
 * A camera sees the same code many times a second. It counts once for as long as it stays in view: again only after it
 * has been out of view for some looks, or after another one. (Two boxes of one item are scanned by moving from one to the
 * other.)
 */
export type Seen = { code: string | undefined; looksWithout: number }

export const NOTHING_SEEN: Seen = { code: undefined, looksWithout: 0 }
/** A hand that trembles loses a code for a look or two; at some eight looks a second, this is half a second. */
export const LOOKS_WITHOUT = 4

/** @param code what is in view now; undefined: nothing */
export function decideLook(seen: Seen, code: string | undefined): { seen: Seen; isNew: boolean } {
  if (code === undefined) {
    const looksWithout = seen.looksWithout + 1
    return { seen: looksWithout >= LOOKS_WITHOUT ? NOTHING_SEEN : { ...seen, looksWithout }, isNew: false }
  }
  return { seen: { code, looksWithout: 0 }, isNew: code !== seen.code }
}
