import { FileProblem } from './errors.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030'

/** Bytes looked at before a file is called UTF-16: enough for a header. */
const LOOKED_AT = 1_024
/** In Chinese text both bytes of a character are mostly high; accents of a Western code page stand beside letters. */
const LOW_TRAILS_MAX = 0.2

/**
 * Finds out how a text is encoded while it passes by: byte order mark, else the zeros of UTF-16, else UTF-8, else
 * GB18030 (GBK is a part of it). Every byte is looked at, since the first Chinese word may stand on the last row.
 */
export class EncodingDetector {
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true })
  readonly #chinese = new TextDecoder('gb18030', { fatal: true })
  #first = Buffer.alloc(0)
  #isUtf8 = true
  #isChinese = true
  /** A text that was UTF-8 beyond ASCII for a while and then is not is broken, and not Chinese. */
  #hasUtf8Words = false
  #pairs = 0
  #lowTrails = 0
  #lead = false

  push(bytes: Uint8Array): void {
    if (this.#first.length < LOOKED_AT) {
      this.#first = Buffer.concat([this.#first, bytes.subarray(0, LOOKED_AT - this.#first.length)])
    }
    if (this.#isUtf8) {
      try {
        const text = this.#utf8.decode(bytes, { stream: true })
        // Longer than its text: some character took several bytes.
        this.#hasUtf8Words ||= text.length !== bytes.length
        return
      } catch {
        this.#isUtf8 = false // what the decoder throws says no more than this
      }
    }
    this.#pushChinese(bytes)
  }

  /** @throws FileProblem file-not-text */
  end(): Encoding {
    const marked = markedEncoding(this.#first) ?? zeroEncoding(this.#first)
    if (marked !== undefined) return marked
    if (this.#isUtf8) {
      try {
        this.#utf8.decode()
        return 'utf-8'
      } catch {
        // It ends in the middle of a character; a short Chinese file may look like this.
        if (!this.#hasUtf8Words) this.#pushChinese(this.#first)
      }
    }
    if (!this.#hasUtf8Words && this.#isChinese && this.#pairs > 0) {
      try {
        this.#chinese.decode()
        if (this.#lowTrails <= this.#pairs * LOW_TRAILS_MAX) return 'gb18030'
      } catch {
        // falls through: it ends in the middle of a character
      }
    }
    throw new FileProblem('file-not-text', 'The file is neither UTF-8, UTF-16 nor GBK text.')
  }

  #pushChinese(bytes: Uint8Array): void {
    if (!this.#isChinese) return
    try {
      this.#chinese.decode(bytes, { stream: true })
    } catch {
      this.#isChinese = false
      return
    }
    for (const byte of bytes) {
      if (this.#lead) {
        this.#pairs += 1
        if (byte < 0x80) this.#lowTrails += 1
        this.#lead = false
      } else this.#lead = byte >= 0x81
    }
  }
}

function markedEncoding(first: Buffer): Encoding | undefined {
  if (first[0] === 0xef && first[1] === 0xbb && first[2] === 0xbf) return 'utf-8'
  if (first[0] === 0xff && first[1] === 0xfe) return 'utf-16le'
  if (first[0] === 0xfe && first[1] === 0xff) return 'utf-16be'
  return undefined
}

/** Headers are mostly ASCII, every other byte of which is zero in UTF-16. */
function zeroEncoding(first: Buffer): Encoding | undefined {
  const zeros = [0, 0]
  first.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1
  })
  const [even = 0, odd = 0] = zeros
  if (even + odd === 0) return undefined
  if (odd > even * 4) return 'utf-16le'
  if (even > odd * 4) return 'utf-16be'
  throw new FileProblem('file-not-text', 'The file holds zero bytes, so it is no text.')
}

/**
 * Bytes as text, without the byte order mark. Line breaks of Windows and of old Macs become plain ones, within cells
 * too: the parser would count one of two characters as two lines.
 */
export async function* decodeText(
  bytes: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  let isReturn = false
  try {
    for await (const chunk of bytes) {
      const text = decoder.decode(chunk, { stream: true })
      if (text === '') continue
      // A line break of two characters may be cut in two.
      const whole = isReturn && text.startsWith('\n') ? text.slice(1) : text
      isReturn = text.endsWith('\r')
      if (whole !== '') yield whole.replace(/\r\n?/g, '\n')
    }
    const rest = decoder.decode()
    if (rest !== '') yield rest
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new FileProblem('file-not-text', `The file is not ${encoding.toUpperCase()} text to its end.`, {
      cause: error,
    })
  }
}
