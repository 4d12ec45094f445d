/** What is known of an order when a state of it arrives. */
export type KnownVersion = {
  version: number | undefined
  contentHash: string
  /** True while a line could not be tied to an item: then the same state is worth applying again. */
  hasUnmappedLines: boolean
}

export type VersionVerdict = 'apply' | 'older' | 'repeated' | 'fetch-again'

/**
 * Decides whether a state of an order is applied. Only a newer one is; an older one is recorded and
 * skipped; an equal or missing version says nothing about which came first, so the order is read
 * directly before anything is released. A direct read (`authoritative`) settles that, and so does a state
 * at an equal version that only goes on from the known one (`isForward`): an order that was placed and
 * paid within one second.
 */
export function decideVersion(
  known: KnownVersion | undefined,
  incoming: { version: number | undefined; contentHash: string; isForward?: boolean },
  authoritative: boolean,
): VersionVerdict {
  if (known === undefined) return 'apply'
  const sameContent = known.contentHash === incoming.contentHash
  if (known.version === undefined || incoming.version === undefined) {
    if (authoritative) return sameContent && !known.hasUnmappedLines ? 'repeated' : 'apply'
    return sameContent && !known.hasUnmappedLines ? 'repeated' : 'fetch-again'
  }
  if (incoming.version > known.version) return 'apply'
  if (incoming.version < known.version) return 'older'
  if (sameContent) return known.hasUnmappedLines ? 'apply' : 'repeated'
  return authoritative || incoming.isForward === true ? 'apply' : 'fetch-again'
}
