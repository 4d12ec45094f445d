import type { Capabilities } from '@plimsoll/connector-kit'
import type { ProtectionMode } from '@plimsoll/database'

/** How an item is to be protected at one scope. */
export type ProtectionRow = {
  scope: 'organization' | 'connection' | 'item'
  scopeId: string
  mode: ProtectionMode
  oversellsPerMillion: number
}

export const OVERSELLS_PER_MILLION = 1_000
const NOT_SET: Pick<ProtectionRow, 'mode' | 'oversellsPerMillion'> = {
  mode: 'auto',
  oversellsPerMillion: OVERSELLS_PER_MILLION,
}

/** The nearest setting for what a connection sells of an item: the item's, else the connection's, else the organization's. */
export function nearestProtection(
  rows: readonly ProtectionRow[],
  { itemId, connectionId }: { itemId: string; connectionId: string },
): Pick<ProtectionRow, 'mode' | 'oversellsPerMillion'> {
  return (
    rows.find(({ scope, scopeId }) => scope === 'item' && scopeId === itemId) ??
    rows.find(({ scope, scopeId }) => scope === 'connection' && scopeId === connectionId) ??
    rows.find(({ scope }) => scope === 'organization') ??
    NOT_SET
  )
}

/** How deep the stock of an item is, in base units. */
export type Depth = {
  available: number
  /** What a channel keeps back of it while that is decided automatically; zero: it sells too slowly to be oversold there. */
  autoUnits: number
  /** The demand that may come until all channels could be tightened; null: dealing costs more sales than it saves. */
  tightenUnits: number | null
}

/** `dealt`: its units are dealt among the channels, so that none can be oversold. */
export type Zone = 'open' | 'buffered' | 'dealt'

/** Buffered while what is there is less than so many times what is kept back. */
const BUFFERED_FROM = 4
/** Back from being dealt only at so much more than where it began: a sale and a return shall not go to and fro. */
const DEALT_UNTIL = 1.5

/**
 * How an item is protected now. Automatic: open while stock is deep, buffered as it falls, and dealt from where it still
 * covers what is sold until all channels are tightened, if that is worth its price.
 * @param isDealt its units are being dealt already
 */
export function decideZone(mode: ProtectionMode, depth: Depth, isDealt: boolean): Zone {
  switch (mode) {
    case 'open':
      return 'open'
    case 'buffered':
      return 'buffered'
    case 'guaranteed':
      return 'dealt'
    case 'auto': {
      const { available, autoUnits, tightenUnits } = depth
      const dealtFrom = (tightenUnits ?? 0) * (isDealt ? DEALT_UNTIL : 1)
      if (tightenUnits !== null && available <= dealtFrom) return 'dealt'
      return autoUnits > 0 && available <= autoUnits * BUFFERED_FROM ? 'buffered' : 'open'
    }
    default: {
      const never: never = mode
      return never
    }
  }
}

/** Why an item cannot be guaranteed whatever the hub does; a level's own, or a sibling's that is not dealt. */
export type Obstacle =
  | 'not-dealt'
  | 'untracked'
  | 'sells-beyond-zero'
  | 'not-live'
  | 'fixed-policy'
  | 'platform'

/** @returns what stands in the way at a level that sells the item */
export function findObstacles(level: {
  isDealt: boolean
  tracked: boolean
  sellsBeyondZero: boolean
  connectionState: 'draft' | 'shadow' | 'live' | 'paused'
  hasFixedPolicy: boolean
  capabilities: Pick<Capabilities, 'unguaranteed'> | undefined
}): Obstacle[] {
  const found: Obstacle[] = []
  if (!level.isDealt) found.push('not-dealt')
  if (!level.tracked) found.push('untracked')
  if (level.sellsBeyondZero) found.push('sells-beyond-zero')
  if (level.connectionState === 'draft' || level.connectionState === 'shadow') found.push('not-live')
  if (level.hasFixedPolicy) found.push('fixed-policy')
  if (level.capabilities?.unguaranteed !== undefined) found.push('platform')
  return found
}
