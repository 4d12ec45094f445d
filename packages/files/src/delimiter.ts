const DELIMITERS = [',', ';', '\t', '|'] as const
export type Delimiter = (typeof DELIMITERS)[number]

const LINES_LOOKED_AT = 50

/**
 * Finds what parts the cells by looking at the first lines: what is there on most of them equally often, outside of
 * quotes, and most often. A first line `sep=;`, as Excel understands it, decides.
 * @param head the beginning of the text, line breaks as \n
 */
export function findDelimiter(head: string): Delimiter {
  const declared = declaredDelimiter(head)
  if (declared !== undefined) return declared
  const lines = linesOf(head)
  const scored = DELIMITERS.map((delimiter) => ({ delimiter, score: scoreOf(lines, delimiter) }))
  const [best] = scored.sort((a, b) => b.score - a.score)
  return best === undefined || best.score === 0 ? ',' : best.delimiter
}

/** The delimiter that the first line `sep=…` names. */
export function declaredDelimiter(head: string): Delimiter | undefined {
  const [, named] = /^sep=(.)[ ,;\t|]*(\n|$)/i.exec(head) ?? []
  return DELIMITERS.find((delimiter) => delimiter === named)
}

/** Whether lines agree comes before how many cells they have: text is full of commas, each line another number. */
function scoreOf(lines: readonly string[], delimiter: Delimiter): number {
  const counts = lines.map((line) => line.split(delimiter).length - 1)
  const [header = 0] = counts
  if (header === 0) return 0
  const agreeing = counts.filter((count) => count === header).length
  return agreeing / counts.length + Math.min(header, 100) / 1_000
}

/** Lines with what stands in quotes left out; a quoted line break ends none. */
function linesOf(head: string): string[] {
  const bare = head.replace(/"(?:[^"]|"")*("|$)/g, '')
  return bare
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, LINES_LOOKED_AT)
}
