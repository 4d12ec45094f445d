/**
 * A list that is read in several passes (by state, by kind), each page by page. Where a row leaves a list while its pages
 * are read, the ones behind move up, and one would be missed between two pages: where the list has become shorter, the
 * page before is read again. So a cursor remembers how long the list was.
 */
export type PassPage<Pass extends string> = { pass: Pass; page: number; lengthBefore: number }

/** @param passes in the order in which they are read; at least one */
export function passAt<Pass extends string>(
  passes: readonly [Pass, ...Pass[]],
  cursor: string | undefined,
): PassPage<Pass> {
  const [name, page = '1', length = '0'] = cursor?.split(':') ?? []
  return {
    pass: passes.find((each) => each === name) ?? passes[0],
    page: Number(page),
    lengthBefore: Number(length),
  }
}

/**
 * The cursor of what comes after; undefined: that was all.
 * @param read.isFull there may be a further page of this pass
 * @param read.length of the list now, as far as the platform says it
 */
export function passAfter<Pass extends string>(
  passes: readonly Pass[],
  { pass, page, lengthBefore }: PassPage<Pass>,
  { isFull, length }: { isFull: boolean; length: number },
): string | undefined {
  if (page > 1 && length < lengthBefore) return `${pass}:${page - 1}:${length}`
  if (isFull) return `${pass}:${page + 1}:${length}`
  const following = passes[passes.indexOf(pass) + 1]
  return following === undefined ? undefined : `${following}:1:0`
}
