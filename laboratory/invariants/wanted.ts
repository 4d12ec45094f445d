import { type Books, type LevelBook, type PlatformBook, type PolicyBook, partsOf } from './books.ts'

type Fields = Omit<PolicyBook, 'platform' | 'sku' | 'listing'>

/**
 * How many units of a level may be promised to shoppers, by the design's formula: what is there for a whole kit of it, less
 * what is kept back, in whole listings, within floor and cap.
 * @param availableOf base units of an item in the warehouse that nobody has bought
 */
export function promiseOf(
  books: Pick<Books, 'kits'>,
  { platform, level, policies }: { platform: string; level: LevelBook; policies: readonly PolicyBook[] },
  availableOf: (sku: string) => number,
): number {
  const policy = policyOf(policies, platform, level)
  if (policy.paused === true) return 0
  if (policy.fixed !== undefined) return policy.fixed
  const shares = partsOf(books, level.sku).map(({ sku, units }) => {
    const available = availableOf(sku)
    const share = available <= 0 ? available : Math.floor((available * (policy.sharePercent ?? 100)) / 100)
    return Math.floor(share / units)
  })
  const whole = Math.min(...shares)
  const percent = Math.ceil((Math.max(0, whole) * (policy.bufferPercent ?? 0)) / 100)
  const kept = Math.max(policy.bufferUnits ?? 0, percent)
  const promise = Math.floor(Math.max(0, whole - kept) / level.unitsPerListing)
  if (policy.floor !== undefined && promise < policy.floor) return 0
  return Math.min(promise, policy.cap ?? promise)
}

/** What a level is to show: its promise, plus what is sold and its platform's number has not fallen by yet. */
export function wantedOf(
  books: Books,
  platform: PlatformBook,
  { level, untaken }: { level: LevelBook; untaken: number },
  availableOf: (sku: string) => number,
): number {
  const promise = promiseOf(books, { platform: platform.name, level, policies: books.policies }, availableOf)
  return Math.min(promise + untaken, platform.quantityMax)
}

/** Field by field the nearest that is set; of listings that share a level the strictest. */
export function policyOf(policies: readonly PolicyBook[], platform: string, level: LevelBook): Fields {
  const above = policies.filter(({ listing }) => listing === undefined)
  const far = above.filter((each) => each.platform === undefined && each.sku === undefined)
  const near = above.filter((each) => each.platform === platform)
  const nearer = above.filter((each) => each.sku === level.sku)
  const [first = {}, ...others] = level.listingIds.map((id) =>
    merged([
      ...far,
      ...near,
      ...nearer,
      ...policies.filter((each) => each.platform === platform && each.listing === id),
    ]),
  )
  return others.reduce(stricter, first)
}

function merged(farToNear: readonly PolicyBook[]): Fields {
  const last = <Field extends keyof Fields>(field: Field): Fields[Field] =>
    farToNear.findLast((each) => each[field] !== undefined)?.[field]
  return {
    bufferUnits: last('bufferUnits'),
    bufferPercent: last('bufferPercent'),
    sharePercent: last('sharePercent'),
    cap: last('cap'),
    floor: last('floor'),
    fixed: last('fixed'),
    paused: last('paused'),
  }
}

function stricter(one: Fields, other: Fields): Fields {
  const least = (field: 'sharePercent' | 'cap' | 'fixed') => only(Math.min, one[field], other[field])
  const greatest = (field: 'bufferUnits' | 'bufferPercent' | 'floor') =>
    only(Math.max, one[field], other[field])
  // What is fixed for one of them alone must not be shown for the other.
  const isFixed = one.fixed !== undefined && other.fixed !== undefined
  return {
    bufferUnits: greatest('bufferUnits'),
    bufferPercent: greatest('bufferPercent'),
    sharePercent: least('sharePercent'),
    cap: isFixed ? least('cap') : only(Math.min, least('cap'), one.fixed ?? other.fixed),
    floor: greatest('floor'),
    fixed: isFixed ? least('fixed') : undefined,
    paused: one.paused === true || other.paused === true,
  }
}

function only(
  pick: (a: number, b: number) => number,
  a: number | undefined,
  b: number | undefined,
): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : pick(a, b)
}
