import { syncProblem } from '../errors.ts'

/**
 * Where settings lead: path of each address in them → scheme, host and port. Connectors name a server by an address with its
 * scheme, as a setting of its own or within a description in JSON; whatever reads as one counts.
 */
export function placesOf(settings: unknown): Map<string, string> {
  const found = new Map<string, string>()
  collect(settings, '', found)
  return found
}

/**
 * A secret is never sent to another than it was given for.
 * @param before settings that the credentials were given with
 * @throws SyncProblem `credentials-needed`, naming the setting that leads elsewhere
 */
export function assertSamePlaces(before: unknown, after: unknown): void {
  const known = placesOf(before)
  for (const [path, place] of placesOf(after)) {
    const former = known.get(path)
    if (former === place) continue
    const [name = path, ...within] = path.split('.')
    const where = within.length === 0 ? '' : ` (${within.join('.')})`
    const given = former === undefined ? '' : `; they were given for ${former}`
    throw syncProblem(
      'credentials-needed',
      `settings.${name}`,
      `settings.${name}${where} would have the stored credentials sent to ${place}${given}.`,
    )
  }
}

function collect(value: unknown, path: string, found: Map<string, string>): void {
  if (typeof value === 'string') {
    const place = placeIn(value)
    if (place === undefined) collect(structureIn(value), path, found)
    else found.set(path, place)
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value))
      collect(each, path === '' ? name : `${path}.${name}`, found)
  }
}

/** Read as those read it who send requests there: with `https:host`, blanks around it and the like. */
function placeIn(text: string): string | undefined {
  const url = URL.parse(text)
  return url === null || url.host === '' ? undefined : `${url.protocol}//${url.host}`
}

/** A description that is kept as its text; undefined: it is none. */
function structureIn(text: string): object | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined
  try {
    return JSON.parse(text) as object
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
