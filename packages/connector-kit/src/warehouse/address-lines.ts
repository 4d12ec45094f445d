/**
 * Address lines in so many fields of so many characters: each line a field of its own where that goes, else the words one
 * behind the other. Undefined: they do not fit; nothing is ever cut off or left out.
 */
export function fitAddressLines(
  lines: readonly string[],
  { fields, charactersMax }: { fields: number; charactersMax: number },
): string[] | undefined {
  const own = lines.map((line) => line.trim().replaceAll(/\s+/g, ' ')).filter((line) => line !== '')
  if (own.length === 0) return undefined
  const isShort = (text: string) => [...text].length <= charactersMax
  if (own.length <= fields && own.every(isShort)) return own
  const fitted: string[] = []
  // A comma keeps apart what stood on lines of its own.
  for (const word of own.join(', ').split(' ')) {
    if (!isShort(word)) return undefined
    const last = fitted.at(-1)
    if (last !== undefined && isShort(`${last} ${word}`)) fitted[fitted.length - 1] = `${last} ${word}`
    else fitted.push(word)
  }
  return fitted.length <= fields ? fitted : undefined
}

/** A name in two fields where it is too long for one: as much as goes into the first. Undefined: it does not fit. */
export function fitName(name: string, charactersMax: number): [string, string | undefined] | undefined {
  const fitted = fitAddressLines([name], { fields: 2, charactersMax })
  return fitted?.[0] === undefined ? undefined : [fitted[0], fitted[1]]
}
