import type { ConnectionLocationList, ConnectionLocationPreview } from '@plimsoll/client'

/** The platform's locations of each connection, as they were last saved. */
const saved = new Map<string, ConnectionLocationList>()

export function locationsOf(path: string): ConnectionLocationList {
  const id = /^\/connections\/([^/]+)\//.exec(path)?.[1] ?? ''
  const known = saved.get(id)
  if (known !== undefined) return known
  const row = { active: true, locations: [], levels: 0, missing: 0, shows: 0, wanted: 0 }
  const rows: ConnectionLocationList['rows'] = [
    {
      ...row,
      externalId: 'gid://shopify/Location/1',
      name: 'Harbour store',
      state: 'kept',
      locations: ['RTM'],
      levels: 412,
      missing: 6,
      shows: 8_120,
      wanted: 8_134,
    },
  ]
  if (id.includes('shopify')) {
    rows.push(
      { ...row, externalId: 'gid://shopify/Location/2', name: 'Old Town showroom', state: 'left' },
      {
        ...row,
        externalId: 'gid://shopify/Location/3',
        name: 'Winter market stall',
        state: 'emptied',
        active: false,
        levels: 36,
      },
    )
  }
  return { version: 0, rows }
}

type Change = { externalId: string; locations: string[]; whenEmpty?: 'zero' | 'leave' }

export function saveLocations(path: string, changes: readonly Change[]): ConnectionLocationList {
  const before = locationsOf(path)
  const rows = before.rows.map((row) => {
    const change = changes.find(({ externalId }) => externalId === row.externalId)
    if (change === undefined) return row
    const empty = change.whenEmpty === 'leave' ? ('left' as const) : ('emptied' as const)
    return {
      ...row,
      locations: change.locations,
      state: change.locations.length > 0 ? ('kept' as const) : empty,
    }
  })
  const after = { version: before.version + 1, rows }
  saved.set(/^\/connections\/([^/]+)\//.exec(path)?.[1] ?? '', after)
  return after
}

export function previewOf(changes: readonly Change[]): ConnectionLocationPreview {
  const emptied = changes.filter(({ locations }) => locations.length === 0)
  const zeros = emptied.some(({ whenEmpty }) => whenEmpty !== 'leave') ? 38 : 0
  const left = emptied.length > 0 && zeros === 0 ? 412 : 0
  const filled = changes.length > emptied.length
  return {
    items: 412,
    looked: 412,
    changed: zeros + left + (filled ? 290 : 0),
    lowered: zeros,
    raised: filled ? 290 : 0,
    toZero: zeros,
    added: filled ? 290 : 0,
    left,
    leftUnits: left * 19,
    unitsBefore: 8_134,
    unitsAfter: filled ? 9_020 : 0,
    asksFirst: zeros > 0,
    rows: [
      {
        sku: 'ROP-12',
        title: 'Braided rope',
        location: 'Harbour store',
        before: 96,
        after: left > 0 ? null : 0,
      },
      { sku: 'DRY-20', title: 'Dry bag 20 l', location: 'Old Town showroom', before: null, after: 41 },
    ],
  }
}
