/**
 * What a field has asked to be searched, as long as it has not come back in the screen's address. What comes back is of the
 * field itself, maybe of a moment ago: it must not take the place of what has been typed since. Pure.
 */
export type Asked = readonly string[]

/** @returns what is still to come back, and whether the value is another's: of a link, of the way back, of a saved view */
export function hearValue(asked: Asked, value: string): { asked: Asked; isOthers: boolean } {
  const at = asked.indexOf(value)
  // One that comes back tells that those before it were overtaken.
  return at === -1 ? { asked: [], isOthers: true } : { asked: asked.slice(at + 1), isOthers: false }
}
