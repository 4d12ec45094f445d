import type { ItemDetail } from '@plimsoll/client'

/** How the items of the development world are protected: each way in turn, so that every drawing can be looked at. */
export function toProtection(
  index: number,
  listings: ItemDetail['listings'],
  available: number,
): ItemDetail['protection'] {
  const way = (['auto', 'open', 'guaranteed', 'buffered'] as const)[index % 4] ?? 'auto'
  const standing = {
    state:
      index % 12 === 6
        ? ('tightening' as const)
        : available < 0
          ? ('broken' as const)
          : ('guaranteed' as const),
    since: '2026-11-26T08:12:00.000Z',
    shortUnits: Math.max(0, -available),
    obstacles: [],
  }
  return {
    mode: way,
    isOwn: way !== 'auto',
    standing: way === 'guaranteed' ? standing : null,
    channels: listings.map((listing) => ({
      connectionId: listing.connectionId,
      connectionName: listing.connectionName,
      mode: way,
      protection: way === 'guaranteed' ? 'guaranteed' : way === 'open' ? 'open' : 'buffered',
      keptBack: way === 'buffered' || way === 'auto' ? Math.max(0, Math.floor(available / 8)) : 0,
    })),
    changed: null,
    assumptions: [],
  }
}

/** What a channel shows of what is free, as the protection has it; null: what the world says. */
export function shownOf(index: number, number: number, channels: number, available: number): number | null {
  if (index % 4 === 2) return Math.max(0, Math.floor(available / channels) - (number === 0 ? 0 : 1))
  if (index % 4 === 1) return null
  return Math.max(0, available - Math.floor(available / 8) - number * Math.floor(available / 40))
}
