/** What two titles are compared by. */

const CHINESE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u
const RUNS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+|\p{N}+(?:[.,]\p{N}+)?|[\p{L}\p{M}]+/gu

/**
 * The words of a title, each once: in lower case and without accents; numbers by themselves ("500ml" is 500 and ml);
 * Chinese and Japanese, which are written without blanks, as each two characters that stand side by side.
 */
export function titleTokens(title: string): string[] {
  const tokens = new Set<string>()
  const plain = title
    .normalize('NFKD')
    .replace(/\p{Mn}+/gu, '')
    .normalize('NFC')
    .toLowerCase()
  for (const [run] of plain.matchAll(RUNS)) {
    if (!CHINESE.test(run)) {
      tokens.add(run)
      continue
    }
    const characters = [...run]
    if (characters.length === 1) tokens.add(run)
    for (let at = 1; at < characters.length; at += 1)
      tokens.add(`${characters[at - 1] ?? ''}${characters[at] ?? ''}`)
  }
  return [...tokens]
}
