import type { Recipient } from '../warehouse/shapes.ts'

/** All that a request says of its recipient and must not be quoted. The country says nothing of anybody. */
export function textsOf(recipient: Recipient): string[] {
  const { name, company, addressLines, city, region, postalCode, phone, email } = recipient
  return [name, company, ...addressLines, city, region, postalCode, phone, email].filter(
    (text) => text !== undefined,
  )
}

/**
 * True where a platform's sentence holds any word of these texts, digits of them, or two Han characters that stand
 * together in one of them. Names cannot be told from words, so that a sentence is quoted whole or not at all.
 */
export function quotes(sentence: string, texts: readonly string[]): boolean {
  const said = fold(sentence)
  const saidDigits = said.replaceAll(/(?<=\d)[^\p{L}\d]+(?=\d)/gu, '')
  return texts.some((text) => {
    const folded = fold(text)
    const digits = folded.replaceAll(/\D/g, '')
    if (
      digits.length >= 4 &&
      [...runsOf(saidDigits)].some((run) => digits.includes(run) || run.includes(digits))
    )
      return true
    return piecesOf(folded).some((piece) => said.includes(piece))
  })
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

/** Runs of four digits and more: house numbers and amounts are shorter. */
function runsOf(text: string): Iterable<string> {
  return text.match(/\d{4,}/g) ?? []
}

function piecesOf(text: string): string[] {
  const words = text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  return words.flatMap((word) => {
    const han = word.match(/\p{Script=Han}+/gu) ?? []
    // Two letters are states and directions, found in any sentence.
    const others = word.split(/\p{Script=Han}+/u).filter((part) => part.length >= 3)
    return [...others, ...han.flatMap(pairsOf)]
  })
}

function pairsOf(run: string): string[] {
  const characters = [...run]
  if (characters.length === 1) return characters
  return characters.slice(1).map((character, at) => `${characters[at]}${character}`)
}
