import type { Random } from '../world/random.ts'
import type { Act, PlannedPlatform } from './plan.ts'

/** Of some platforms people are asked whose number counts, where somebody typed one there. */
export function drawEditRules(random: Random, platforms: readonly PlannedPlatform[]): PlannedPlatform[] {
  return platforms.map((platform) => (random.chance(0.6) ? { ...platform, editRule: 'ask' } : platform))
}

/**
 * As it turns calm (what is sold and written in a storm hides it) somebody types a number there, and while people are asked
 * about it goods come in: there is more to show.
 */
export function drawEditsToAskAbout(
  random: Random,
  { stormMs, platforms }: { stormMs: number; platforms: readonly PlannedPlatform[] },
): Act[] {
  return platforms
    .filter(({ editRule }) => editRule === 'ask')
    .flatMap((platform): Act[] => {
      const listing = random.pickFrom(platform.listings.filter(({ sku }) => sku !== 'set'))
      const at = stormMs + random.whole(0, 1_500)
      const inMs = random.whole(4_000, 9_000)
      const [quantity, units] = [random.whole(0, 15), random.whole(1, 9)]
      if (listing === undefined || random.chance(0.2)) return []
      return [
        { at, kind: 'edit', platform: platform.name, listing: listing.id, quantity },
        { at: at + inMs, kind: 'stock', sku: listing.sku, units },
      ]
    })
}
