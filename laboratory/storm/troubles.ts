/**
 * What goes wrong in a storm and when, drawn from a seed and nothing else: the same seed, the same schedule. What comes
 * of it is not replayed (real processes, real time); the deterministic laboratory is for that.
 */
export type Trouble = { atMs: number } & TroubleKind

export type TroubleKind =
  /** `kill -9`; started again by its supervisor a moment later. */
  | { kind: 'hub-kill'; hub: number }
  /** SIGTERM: must end by itself. */
  | { kind: 'hub-stop'; hub: number }
  /** SIGSTOP, and SIGCONT later. */
  | { kind: 'hub-freeze'; hub: number; forMs: number }
  /** `kill -9` of the whole server, started again later. */
  | { kind: 'server-kill'; forMs: number }
  /** `kill -9` of one backend: the server ends all others and recovers. `pick`: 0 ≤ n < 1. */
  | { kind: 'backend-kill'; pick: number }
  | { kind: 'backend-freeze'; pick: number; forMs: number }
  /** A proxy ails. */
  | { kind: 'link-cut'; link: string }
  | { kind: 'link-delay'; link: string; forMs: number; leastMs: number; mostMs: number }
  | { kind: 'link-held'; link: string; forMs: number }
  | { kind: 'link-silent'; link: string; forMs: number }
  /** The platform itself: slow, throttling, failing, losing and doubling webhooks. */
  | { kind: 'platform-faults'; platform: number; forMs: number }

export const TROUBLE_KINDS = [
  'hub-kill',
  'hub-stop',
  'hub-freeze',
  'server-kill',
  'backend-kill',
  'backend-freeze',
  'link-cut',
  'link-delay',
  'link-held',
  'link-silent',
  'platform-faults',
] as const satisfies readonly TroubleKind['kind'][]

export type Kind = (typeof TROUBLE_KINDS)[number]

export type TroubleOptions = {
  durationMs: number
  hubs: number
  platforms: number
  /** Names of the proxies. */
  links: readonly string[]
  /** Which may come; all unless given. */
  kinds?: readonly Kind[]
  /** 0 ≤ n < 1, from the seed. */
  random(): number
  /** On average so long between two; 2.5 s unless given. */
  meanGapMs?: number
}

/** How often each is in the deck that the kinds are dealt from. */
const IN_DECK: Record<Kind, number> = {
  'hub-kill': 4,
  'hub-stop': 1,
  'hub-freeze': 2,
  'server-kill': 1,
  'backend-kill': 1,
  'backend-freeze': 2,
  'link-cut': 4,
  'link-delay': 2,
  'link-held': 2,
  'link-silent': 3,
  'platform-faults': 2,
}

const FIRST_MS = 1_000

/**
 * Kinds are dealt from a shuffled deck, so that a rare one comes in every storm that is long enough. What lasts is over
 * by the end.
 */
export function drawTroubles(options: TroubleOptions): Trouble[] {
  const { durationMs, random, meanGapMs = 2_500 } = options
  const kinds = options.kinds ?? TROUBLE_KINDS
  const troubles: Trouble[] = []
  let deck: Kind[] = []
  for (let atMs = FIRST_MS; atMs < durationMs && kinds.length > 0; ) {
    if (deck.length === 0) deck = shuffle(kinds, random)
    const kind = deck.pop()
    if (kind === undefined) break
    troubles.push({ atMs: Math.round(atMs), ...draw(kind, options, durationMs - atMs) })
    // Exponential gaps: troubles also come in clusters, upon one another.
    atMs += Math.max(100, -Math.log(1 - random()) * meanGapMs)
  }
  return troubles
}

function shuffle(kinds: readonly Kind[], random: () => number): Kind[] {
  const deck = kinds.flatMap((kind) => Array.from({ length: IN_DECK[kind] }, () => kind))
  for (let last = deck.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    const moved = deck[last] as Kind
    deck[last] = deck[other] as Kind
    deck[other] = moved
  }
  return deck
}

function draw(kind: Kind, { hubs, platforms, links, random }: TroubleOptions, leftMs: number): TroubleKind {
  const oneOf = (count: number) => Math.floor(random() * count)
  const between = (leastMs: number, mostMs: number) =>
    Math.round(Math.min(leftMs, leastMs + random() * (mostMs - leastMs)))
  const link = () => links[oneOf(links.length)] ?? ''
  switch (kind) {
    case 'hub-kill':
    case 'hub-stop':
      return { kind, hub: oneOf(hubs) }
    case 'hub-freeze':
      // Shorter and longer than a lease.
      return { kind, hub: oneOf(hubs), forMs: between(500, 14_000) }
    case 'server-kill':
      return { kind, forMs: between(200, 6_000) }
    case 'backend-kill':
      return { kind, pick: random() }
    case 'backend-freeze':
      return { kind, pick: random(), forMs: between(500, 9_000) }
    case 'link-cut':
      return { kind, link: link() }
    case 'link-delay': {
      const leastMs = Math.round(random() * 20)
      return { kind, link: link(), forMs: between(1_000, 8_000), leastMs, mostMs: leastMs + 1 + oneOf(120) }
    }
    case 'link-held':
    case 'link-silent':
      return { kind, link: link(), forMs: between(500, 9_000) }
    case 'platform-faults':
      return { kind, platform: oneOf(platforms), forMs: between(2_000, 12_000) }
    default: {
      const never: never = kind
      throw new Error(`unknown trouble ${String(never)}`)
    }
  }
}

/** How many of each kind. */
export function countKinds(troubles: readonly Pick<Trouble, 'kind'>[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { kind } of troubles) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
