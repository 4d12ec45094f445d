import { assertPublicUrl, isConnectorError } from '@plimsoll/connector-kit'
import type { SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { placesOf } from './settings-places.ts'

/**
 * Which calls of a connection may go to public addresses only: on hubs where anybody may sign up, whoever makes a connection
 * would otherwise have the hub call its own machine and network.
 * @param stored settings of the connection as they are kept; those of a sample brand name its shops in this process
 */
export function reachOf(
  { reach }: Pick<SyncContext, 'reach'>,
  stored?: unknown,
): boolean | ((url: string) => boolean) {
  if (reach === undefined) return false
  if (reach === 'public') return true
  const shops = samplePlaces(stored)
  return (url) => !shops.has(URL.parse(url)?.origin ?? '')
}

/**
 * Before anything is tried. A public name that leads inside is refused by the call itself.
 * @param stored as `reachOf` takes it
 * @throws SyncProblem `private-address`, naming the setting
 */
export function assertInReach(
  { reach }: Pick<SyncContext, 'reach'>,
  settings: unknown,
  stored?: unknown,
): void {
  if (reach === undefined) return
  const shops = reach === 'public' ? new Set() : samplePlaces(stored)
  for (const [path, place] of placesOf(settings)) {
    if (shops.has(place)) continue
    const [name = path] = path.split('.')
    try {
      // Of servers of files too: only the host counts here.
      assertPublicUrl(place.replace(/^[^:]+:/, 'https:'), { allowLoopback: false })
    } catch (error) {
      if (!isConnectorError(error)) throw error
      throw syncProblem(
        'private-address',
        `settings.${name}`,
        `settings.${name}: ${place} is inside a private network.`,
      )
    }
  }
}

/** Only what was stored: nobody but the hub itself stores such an address here. */
function samplePlaces(stored: unknown): Set<string> {
  return new Set([...placesOf(stored).values()].filter((place) => /^http:\/\/127\.0\.0\.1:\d+$/.test(place)))
}
