// Items that kits join name each other to be worked out again: whatever is set, sold and said of them, that comes to rest.
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ItemStanding } from './load-line.store.ts'
import { concludeStandings, type DrawnGroup } from './standings.ts'
import { type Protections, zoneOf } from './zones.ts'

const ITEMS = ['a', 'b', 'c', 'd']
const CONNECTIONS = ['x', 'y']
type Level = { parts: string[]; connectionId: string; available: Record<string, number>; isDealt: boolean }
type Brand = {
  modes: ('guaranteed' | 'auto' | 'open')[]
  tightenUnits: (number | null)[]
  stood: ItemStanding['state'][]
  kits: string[][]
  levels: Level[]
  bounded: number
}

const anyParts = fc.subarray(ITEMS, { minLength: 1, maxLength: 3 })
const anyUnits = fc.nat(20)
const ofEach = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.array(arbitrary, { minLength: ITEMS.length, maxLength: ITEMS.length })
const anyBrand: fc.Arbitrary<Brand> = fc.record({
  modes: ofEach(fc.constantFrom('guaranteed', 'guaranteed', 'auto', 'open')),
  tightenUnits: ofEach(fc.option(anyUnits)),
  stood: ofEach(fc.constantFrom(undefined, 'guaranteed', 'tightening', 'broken')),
  // Kits that nobody sells join items as well.
  kits: fc.array(anyParts, { maxLength: 3 }),
  levels: fc.array(
    fc.record({
      parts: anyParts,
      connectionId: fc.constantFrom(...CONNECTIONS),
      available: fc.record({ a: anyUnits, b: anyUnits, c: anyUnits, d: anyUnits }),
      isDealt: fc.boolean(),
    }),
    { maxLength: 6 },
  ),
  bounded: fc.nat(),
})

test('working out items of kits comes to rest', () => {
  fc.assert(
    fc.property(anyBrand, fc.subarray(ITEMS, { minLength: 1 }), (brand, first) => {
      const state = { stood: new Map(ITEMS.map((id, nth) => [id, brand.stood[nth]])), levels: brand.levels }
      let turns = 0
      for (let noted = first; noted.length > 0; noted = turn(brand, state, noted)) {
        turns += 1
        expect(turns).toBeLessThan(50)
      }
    }),
    fromEnvironment(3_000),
  )
})

type State = { stood: Map<string, ItemStanding['state']>; levels: Level[] }

/** As the engine: all levels of the noted items and of the kits that contain one are at hand. */
function turn(brand: Brand, state: State, noted: readonly string[]): string[] {
  const covered = new Set(noted)
  const joins = (parts: readonly string[]) => parts.some((id) => covered.has(id))
  const atHand = state.levels.filter(({ parts }) => joins(parts))
  const reached = new Set([
    ...noted,
    ...[...brand.kits, ...state.levels.map(({ parts }) => parts)].filter(joins).flat(),
  ])
  const protections: Protections = {
    settings: ITEMS.map((scopeId, nth) => ({
      ...{ scope: 'item', scopeId, mode: brand.modes[nth] ?? 'open' },
      oversellsPerMillion: 1,
    })),
    depths: new Map(
      [...reached].map((itemId) => {
        const tightenUnits = brand.tightenUnits[ITEMS.indexOf(itemId)] ?? null
        return [itemId, { itemId, tightenUnits, standing: state.stood.get(itemId), buffers: new Map() }]
      }),
    ),
    availableOf: new Map(
      ITEMS.map((id) => {
        // Of every item that the levels at hand sell, also of those whose own levels are not.
        const pools = state.levels
          .filter(({ parts }) => parts.includes(id))
          .map(({ available }) => available[id] ?? 0)
        return [id, Math.max(...pools, 0)]
      }),
    ),
    covered,
  }
  const isDealt = ({ parts, connectionId }: Level) =>
    parts.some((id) => zoneOf(protections, id, connectionId) === 'dealt')
  const dealt = atHand.filter(isDealt)
  const released = new Set(
    atHand.filter((each) => each.isDealt && !isDealt(each)).flatMap(({ parts }) => parts),
  )
  for (const level of atHand) level.isDealt = dealt.includes(level)
  const { standings, dealAgain } = concludeStandings(groupsOf(dealt, brand.bounded), {
    ...{ covered, released, apart: new Set<string>() },
    stood: new Map([...protections.depths].map(([itemId, { standing }]) => [itemId, standing])),
  })
  for (const { itemId, state: said } of standings) state.stood.set(itemId, said)
  return dealAgain
}

function groupsOf(dealt: readonly Level[], bounded: number): DrawnGroup[] {
  const groups: Set<string>[] = []
  for (const { parts } of dealt) {
    const joined = groups.filter((group) => parts.some((id) => group.has(id)))
    for (const group of joined) groups.splice(groups.indexOf(group), 1)
    groups.push(new Set([...parts, ...joined.flatMap((group) => [...group])]))
  }
  return groups.map((group, nth) => ({
    items: [...group].map((itemId) => ({ itemId, obstacles: [] })),
    // Whether a bound holds may look otherwise from each item's own levels.
    isBounded: ((bounded >> (group.size + nth)) & 1) === 1,
    shortUnits: (bounded >> 8) & 1,
  }))
}
