const LENGTH_MAX = 20

/** A code for a place by its name: what files and commands call it by. Where the name has no Latin letters, MAIN. */
export function toCode(name: string): string {
  const words =
    name
      .normalize('NFKD')
      .toUpperCase()
      .match(/[A-Z0-9]+/g) ?? []
  const code = words.join('-').slice(0, LENGTH_MAX).replace(/-+$/, '')
  return code === '' ? 'MAIN' : code
}
