import type { ConnectionCheck, ListingImport } from '@plimsoll/client'
import { hub } from '../hub.ts'
import type { InFeed } from './feed-fields.ts'
import type { SampleFile } from './sample-file.ts'

/** Which location of ours stands for a place of the warehouse; one that is not there yet is made. */
export type Standing = { placeId: string; code: string; newName: string | undefined }
export type ToConnect = {
  connector: string
  name: string
  zone: string
  settings: Record<string, unknown>
  credentials: Record<string, string>
  standings: readonly Standing[]
  /** Handed over as its first files. */
  samples: readonly { feed: InFeed; sample: SampleFile }[]
}
export type Finished = { connectionId: string; check: ConnectionCheck; listings: ListingImport }

/** What has been done so far, so that whoever tries again goes on from there. */
export type Done = {
  locations: Set<string>
  connection: { connectionId: string; check: ConnectionCheck } | undefined
  files: Set<string>
}
export const nothingDone = (): Done => ({ locations: new Set(), connection: undefined, files: new Set() })

export type Step = 'locations' | 'connect' | 'files' | 'import' | 'tie'

/**
 * Makes the connection: its locations, the connection itself (its credentials are tried), the samples as its first files,
 * what they name, and which location stands for which place. Each step is noted in `done`.
 * @throws ApiProblem of the step that failed
 */
export async function connectWarehouse(
  given: ToConnect,
  done: Done,
  onStep: (step: Step) => void,
): Promise<Finished> {
  const tied = given.standings.filter(({ code }) => code !== '')
  onStep('locations')
  for (const { code, newName } of tied) {
    if (newName === undefined || done.locations.has(code)) continue
    await hub.createLocation({ code, name: newName, kind: '3pl', timeZone: zoneOf(given.zone) })
    done.locations.add(code)
  }
  onStep('connect')
  done.connection ??= await hub.connect({
    connector: given.connector,
    name: given.name,
    location: tied[0]?.code ?? '',
    settings: given.settings,
    credentials: given.credentials,
  })
  const { connectionId, check } = done.connection
  onStep('files')
  for (const { feed, sample } of given.samples) {
    if (done.files.has(sample.key)) continue
    await hub.addConnectionFile(connectionId, { fileName: sample.file.name, feed }, sample.file)
    done.files.add(sample.key)
  }
  onStep('import')
  const listings = await hub.importListings(connectionId)
  onStep('tie')
  // Tied again it stays tied.
  for (const { placeId, code } of tied) await hub.tieCountedPlace(connectionId, placeId, code)
  return { connectionId, check, listings }
}

/** A location takes names of zones alone. */
function zoneOf(zone: string): string {
  return /^[A-Za-z]+\//.test(zone) ? zone : 'UTC'
}

/** A code for a place: capitals, digits and hyphens. */
export function codeFor(name: string, place: string, known: readonly string[]): string {
  const plain = (text: string) =>
    text
      .normalize('NFKD')
      .toUpperCase()
      .replaceAll(/[^A-Z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
  const wanted = [plain(name) || 'WAREHOUSE', place === 'default' ? '' : plain(place)]
    .filter(Boolean)
    .join('-')
    .slice(0, 30)
  if (!known.includes(wanted)) return wanted
  let nth = 2
  while (known.includes(`${wanted}-${nth}`)) nth += 1
  return `${wanted}-${nth}`
}
