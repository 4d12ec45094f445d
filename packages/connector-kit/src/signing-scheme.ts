import { createHash, timingSafeEqual } from 'node:crypto'

/** How a platform signs what it is sent: a digest over one text that request and secret are written into. */
export type SigningScheme<Request> = {
  /** The text, from which order and joints come. */
  canonical(request: Request, secret: string): string
  hash: 'md5' | 'sha256'
  /** As which letters the hexadecimal digest is written. */
  letters: 'lower' | 'upper'
}

/** Text counts as its UTF-8 bytes. MD5 is what these platforms ask for; nothing of ours rests on it. */
export function signWith<Request>(scheme: SigningScheme<Request>, request: Request, secret: string): string {
  const digest = createHash(scheme.hash).update(scheme.canonical(request, secret), 'utf8').digest('hex')
  return scheme.letters === 'upper' ? digest.toUpperCase() : digest
}

/** Whether a signature is the one of this request. An empty secret is never right: anybody could sign with it. */
export function isSignedWith<Request>(
  scheme: SigningScheme<Request>,
  request: Request,
  { secret, signature }: { secret: string; signature: string },
): boolean {
  if (secret === '') return false
  const wanted = Buffer.from(signWith(scheme, request, secret))
  const given = Buffer.from(signature)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

/** Name and value of each, one behind the other without anything between, in the order of the names' code units. */
export function joinedPairs(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}${value}`)
    .join('')
}
