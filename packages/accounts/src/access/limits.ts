/** What a member or key may change, beside their role. A list that is null is no limit; an empty one allows nothing. */
export type Limits = {
  /** Ids of connections. */
  connections: readonly string[] | null
  /** Codes of locations. */
  locations: readonly string[] | null
}

export const NO_LIMITS: Limits = { connections: null, locations: null }

/**
 * What one change touches, as far as its request says. `undefined`: nothing of that kind; `any`: any number of them, or
 * what cannot be told beforehand.
 */
export type Touched = {
  connections?: readonly string[] | 'any' | undefined
  locations?: readonly string[] | 'any' | undefined
}

/**
 * Whether the limits allow a change. One that says neither connections nor locations is about the organization as a
 * whole, and whoever is limited in any way may not make it.
 * @param touched undefined: the route does not say
 */
export function allowsChange(limits: Limits, touched: Touched | undefined): boolean {
  const isLimited = limits.connections !== null || limits.locations !== null
  if (!isLimited) return true
  if (touched === undefined) return false
  if (touched.connections === undefined && touched.locations === undefined) return false
  return allowsAll(limits.connections, touched.connections) && allowsAll(limits.locations, touched.locations)
}

function allowsAll(
  allowed: readonly string[] | null,
  touched: readonly string[] | 'any' | undefined,
): boolean {
  if (allowed === null || touched === undefined) return true
  return touched !== 'any' && touched.every((each) => allowed.includes(each))
}

/** Whether whoever has the first limits may give the second to somebody: nobody gives more than they have. */
export function includesLimits(own: Limits, given: Limits): boolean {
  return includesList(own.connections, given.connections) && includesList(own.locations, given.locations)
}

function includesList(own: readonly string[] | null, given: readonly string[] | null): boolean {
  if (own === null) return true
  return given?.every((each) => own.includes(each)) === true
}
