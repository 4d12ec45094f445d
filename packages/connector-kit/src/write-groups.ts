import type { LevelWrite, WriteOutcome } from './canonical.ts'
import { type ConnectorError, isConnectorError } from './errors.ts'

/**
 * Carries writes out in several calls (one for each write, or one for each batch that the platform takes), and says of
 * each what is known. A call that failed must not speak for the others:
 *
 * - Where one may have been carried out and nobody knows, its error is thrown: all of them are unknown, and read back.
 * - Where it surely was not (throttled, refused as a whole, never sent), its writes are `untouched` and wait again; if
 *   that holds for all of them, the error is thrown.
 * - A group of one that is refused for what it is (Invalid, NotFound, Conflict) is `refused`.
 *
 * @param options.inTurn one call after the other; after one that failed no other is begun
 */
export async function writeGroups(
  groups: readonly (readonly LevelWrite[])[],
  send: (group: readonly LevelWrite[]) => Promise<WriteOutcome[]>,
  { inTurn = false }: { inTurn?: boolean } = {},
): Promise<WriteOutcome[]> {
  const attempt = async (group: readonly LevelWrite[]): Promise<Attempt> => {
    try {
      return { group, outcomes: await send(group) }
    } catch (error) {
      if (!isConnectorError(error)) throw error
      const [only, ...others] = group
      const isRefusal = only !== undefined && others.length === 0 && isAboutOneRow(error)
      return isRefusal
        ? { group, outcomes: [{ writeId: only.writeId, kind: 'refused', error }] }
        : { group, error }
    }
  }
  const attempts: Attempt[] = inTurn ? [] : await Promise.all(groups.map(attempt))
  for (const group of inTurn ? groups : []) {
    const hasFailed = attempts.some((each) => 'error' in each)
    attempts.push(hasFailed ? { group, outcomes: group.map(untouched) } : await attempt(group))
  }

  const errors = attempts.flatMap((each) => ('error' in each ? [each.error] : []))
  const unknown = errors.find(mayBeCarriedOut)
  if (unknown !== undefined) throw unknown
  const outcomes = attempts.flatMap((each) => ('error' in each ? each.group.map(untouched) : each.outcomes))
  const [error] = errors
  if (error !== undefined && outcomes.every(({ kind }) => kind === 'untouched')) throw error
  return outcomes
}

type Attempt =
  | { group: readonly LevelWrite[]; outcomes: WriteOutcome[] }
  | { group: readonly LevelWrite[]; error: ConnectorError }

function untouched({ writeId }: LevelWrite): WriteOutcome {
  return { writeId, kind: 'untouched' }
}

function isAboutOneRow({ kind }: ConnectorError): boolean {
  return kind === 'invalid' || kind === 'not-found' || kind === 'conflict'
}

function mayBeCarriedOut(error: ConnectorError): boolean {
  return (
    (error.kind === 'unavailable' || error.kind === 'malformed') && 'sent' in error && error.sent === true
  )
}
