import type { ConnectionLocationList } from '@plimsoll/client'
import type { LocationChange } from '@plimsoll/client/client'

/**
 * What a person is choosing: which locations of theirs stand behind each of the platform's, and what becomes of one that
 * nothing stands behind. One of theirs stands behind one at most, so choosing it here takes it from where it was.
 */
export type LocationDraft = ReadonlyMap<string, DraftRow>
export type DraftRow = { locations: readonly string[]; whenEmpty: 'zero' | 'leave' }

export function toDraft({ rows }: Pick<ConnectionLocationList, 'rows'>): LocationDraft {
  return new Map(
    rows
      .filter(({ state }) => state !== 'counted')
      .map(({ externalId, locations, state }) => [
        externalId,
        { locations: [...locations].sort(), whenEmpty: state === 'left' ? 'leave' : 'zero' },
      ]),
  )
}

/** Puts a location of theirs behind one of the platform's, or takes it away again. */
export function toggleLocation(draft: LocationDraft, externalId: string, code: string): LocationDraft {
  const isThere = draft.get(externalId)?.locations.includes(code) === true
  return new Map(
    [...draft].map(([id, row]) => {
      const others = row.locations.filter((each) => each !== code)
      const isHere = id === externalId && !isThere
      return [id, { ...row, locations: isHere ? [...others, code].sort() : others }]
    }),
  )
}

export function setWhenEmpty(
  draft: LocationDraft,
  externalId: string,
  whenEmpty: 'zero' | 'leave',
): LocationDraft {
  const row = draft.get(externalId)
  return row === undefined ? draft : new Map(draft).set(externalId, { ...row, whenEmpty })
}

/** Only what differs from how it is; what is not named stays. */
export function changesOf(before: LocationDraft, draft: LocationDraft): LocationChange[] {
  return [...draft].flatMap(([externalId, row]) => {
    const was = before.get(externalId)
    const isEmpty = row.locations.length === 0
    const isSame =
      was !== undefined &&
      was.locations.join(' ') === row.locations.join(' ') &&
      (!isEmpty || was.whenEmpty === row.whenEmpty)
    if (isSame) return []
    return [{ externalId, locations: row.locations, ...(isEmpty && { whenEmpty: row.whenEmpty }) }]
  })
}
