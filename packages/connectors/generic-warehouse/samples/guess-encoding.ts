import { decode, type Encoding } from '../formats/encodings.ts'

/**
 * In which encoding a text most likely stands. Only a suggestion: a person sees the rows that come of it. A byte order mark
 * or valid UTF-8 settles it; the rest is told by which bytes come in which company.
 */
export function guessEncoding(content: Buffer): Encoding {
  const marked = markedAs(content)
  if (marked !== undefined) return marked
  // Cut through the middle of a character at its end it still is what it is.
  const bytes = content.subarray(0, 64 * 1024)
  const whole = content.length > bytes.length ? bytes.subarray(0, lastLineEnd(bytes)) : bytes
  if (isText(whole, 'utf-8')) return 'utf-8'
  const scores = CANDIDATES.map(({ encoding, score }) => ({
    encoding,
    score: isText(whole, encoding) ? score(pairsOf(whole), whole) : 0,
  }))
  const [best] = scores.toSorted((one, other) => other.score - one.score)
  return best === undefined || best.score === 0 ? 'windows-1252' : best.encoding
}

function markedAs(content: Buffer): Encoding | undefined {
  if (content[0] === 0xff && content[1] === 0xfe) return 'utf-16le'
  if (content[0] === 0xfe && content[1] === 0xff) return 'utf-16be'
  const head = content.subarray(0, 400)
  const zeros = (from: number) => head.filter((byte, at) => at % 2 === from && byte === 0).length
  // Headers and figures are mostly of one byte, so that the other is zero.
  if (zeros(1) > head.length / 5) return 'utf-16le'
  if (zeros(0) > head.length / 5) return 'utf-16be'
  return undefined
}

type Pair = { lead: number; trail: number }

/** Bytes above ASCII, each with the one that follows it. */
function pairsOf(bytes: Buffer): Pair[] {
  const pairs: Pair[] = []
  for (let at = 0; at < bytes.length; at += 1) {
    const lead = bytes[at] ?? 0
    if (lead < 0x80) continue
    pairs.push({ lead, trail: bytes[at + 1] ?? 0 })
    at += 1
  }
  return pairs
}

/** Shares of pairs that are the usual ones of that encoding, between 0 and 1. */
const CANDIDATES: readonly { encoding: Encoding; score(pairs: readonly Pair[], bytes: Buffer): number }[] = [
  // The 3,755 usual characters of GB 2312 lie in B0–D7, signs in A1–A3; both bytes are above A0.
  {
    encoding: 'gb18030',
    score: (pairs) =>
      share(pairs, ({ lead, trail }) => trail >= 0xa1 && ((lead >= 0xb0 && lead <= 0xd7) || lead <= 0xa3)),
  },
  // The usual characters of Big5 lie in A4–C6, and their second byte is as often below 80.
  {
    encoding: 'big5',
    score: (pairs) =>
      pairs.some(({ trail }) => trail >= 0x40 && trail <= 0x7e)
        ? share(pairs, ({ lead }) => lead >= 0xa4 && lead <= 0xc6)
        : 0,
  },
  // Kana stand in 82 and 83, which no other of these uses for anything usual.
  {
    encoding: 'shift_jis',
    score: (pairs, bytes) => {
      const kana = share(pairs, ({ lead }) => lead === 0x82 || lead === 0x83)
      const japanese = share(pairs, ({ lead }) => lead >= 0x81 && lead <= 0x9f)
      return kana > 0 ? 0.5 + japanese / 2 : japanese * 0.9 * (bytes.length > 0 ? 1 : 0)
    },
  },
  // All syllables of Korean lie in B0–C8: Chinese would go beyond in no time.
  {
    encoding: 'euc-kr',
    score: (pairs) =>
      pairs.length >= 8 && pairs.every(({ lead, trail }) => trail >= 0xa1 && lead >= 0xb0 && lead <= 0xc8)
        ? 1.01
        : 0,
  },
  // A letter with an accent has plain ones around it.
  { encoding: 'windows-1252', score: (pairs) => share(pairs, ({ trail }) => trail < 0x80) * 0.95 },
]

function share(pairs: readonly Pair[], isUsual: (pair: Pair) => boolean): number {
  return pairs.length === 0 ? 0 : pairs.filter(isUsual).length / pairs.length
}

function isText(bytes: Buffer, encoding: Encoding): boolean {
  try {
    decode(bytes, encoding, 'it')
    return true
  } catch {
    return false // Malformed: these bytes are no text in it
  }
}

function lastLineEnd(bytes: Buffer): number {
  const at = bytes.lastIndexOf(0x0a)
  return at < 0 ? bytes.length : at + 1
}
