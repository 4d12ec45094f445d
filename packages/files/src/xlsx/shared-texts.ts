import { FileProblem } from '../errors.ts'
import { unescapeText } from './escaped-text.ts'
import { feedXml } from './xml-events.ts'

/** A million rows may bring a million texts of their own. */
const BYTES_MAX = 256 * 1024 ** 2
const BLOCK_BYTES = 1024 ** 2

/**
 * The texts that cells refer to by number, kept as bytes: as JavaScript strings they would take several times the
 * memory.
 */
export class SharedTexts {
  readonly #blocks: Buffer[] = []
  /** Where each text begins and how long it is, pair by pair: as numbers of JavaScript, four times as much. */
  #places = new Uint32Array(2_048)
  #count = 0
  #end = 0

  add(text: string): void {
    const length = Buffer.byteLength(text)
    // A text lies within one block; where it does not fit, the rest of the block stays empty.
    const room = BLOCK_BYTES - (this.#end % BLOCK_BYTES)
    const start = length > room ? this.#end + room : this.#end
    if (start + length > BYTES_MAX || length > BLOCK_BYTES) {
      throw new FileProblem('file-unpacks-too-large', 'The texts of the Excel file take more than 256 MB.')
    }
    const index = Math.floor(start / BLOCK_BYTES)
    const block = this.#blocks[index] ?? Buffer.alloc(BLOCK_BYTES)
    this.#blocks[index] = block
    block.write(text, start % BLOCK_BYTES)
    if (2 * this.#count === this.#places.length) {
      const grown = new Uint32Array(this.#places.length * 2)
      grown.set(this.#places)
      this.#places = grown
    }
    this.#places.set([start, length], 2 * this.#count)
    this.#count += 1
    this.#end = start + length
  }

  get(index: number): string | undefined {
    if (!(index >= 0 && index < this.#count)) return undefined
    const start = this.#places[2 * index]
    const length = this.#places[2 * index + 1]
    if (start === undefined || length === undefined) return undefined
    const from = start % BLOCK_BYTES
    return this.#blocks[Math.floor(start / BLOCK_BYTES)]?.toString('utf8', from, from + length)
  }
}

/** Reads the part of shared texts. How a Japanese or Chinese text is pronounced (`rPh`) is no part of it. */
export async function readSharedTexts(part: AsyncIterable<string>): Promise<SharedTexts> {
  const texts = new SharedTexts()
  let text = ''
  let isText = false
  let isPronunciation = false
  const reading = feedXml(part, {
    open: (name) => {
      if (name === 'si') text = ''
      else if (name === 't') isText = !isPronunciation
      else if (name === 'rPh') isPronunciation = true
    },
    text: (piece) => {
      if (isText) text += piece
    },
    close: (name) => {
      if (name === 't') isText = false
      else if (name === 'rPh') isPronunciation = false
      else if (name === 'si') texts.add(unescapeText(text))
    },
  })
  for await (const _ of reading) {
    // Everything is told to the handler.
  }
  return texts
}
