import type { KitAssembly } from '@plimsoll/client'

/** What a person asks of a kit that is put together ahead, and what it comes to. Pure. */
export type How = 'assemble' | 'disassemble'
type Entry = { how: How; location: string; kits: string }
type Place = KitAssembly['locations'][number]

export type Wrong =
  | { kind: 'none' }
  | { kind: 'not-whole' }
  /** `scarcest`: the part that sets the limit; undefined where kits are taken apart. */
  | { kind: 'too-many'; atMost: number; scarcest: Scarcest | undefined }
type Scarcest = { sku: string; available: number; quantity: number }

export function atMostAt(place: Place, how: How): number {
  return how === 'assemble' ? place.togetherAtMost : place.apartAtMost
}

/** Where it begins: where the address says, else where most can be done. Undefined where nothing of the kit is anywhere. */
export function chooseLocation(
  { locations }: KitAssembly,
  how: How,
  asked: string | undefined,
): string | undefined {
  const known = locations.find(({ code }) => code === asked)
  if (known !== undefined) return known.code
  return locations.toSorted((a, b) => atMostAt(b, how) - atMostAt(a, how))[0]?.code
}

/** The part that is enough for the fewest kits there. */
export function findScarcest({ parts }: KitAssembly, place: Place): Scarcest | undefined {
  return parts
    .map(({ sku, quantity }, nth) => ({ sku, quantity, available: place.available[nth] ?? 0 }))
    .toSorted((a, b) => Math.floor(a.available / a.quantity) - Math.floor(b.available / b.quantity))[0]
}

/** @returns whole kits from 1 on, as many as there can be; or what is wrong with the field */
export function readKits(assembly: KitAssembly, place: Place, { how, kits }: Entry): number | Wrong {
  const text = kits.trim()
  if (text === '') return { kind: 'none' }
  const count = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < 1) return { kind: 'not-whole' }
  const atMost = atMostAt(place, how)
  if (count <= atMost) return count
  const scarcest = how === 'assemble' ? findScarcest(assembly, place) : undefined
  return { kind: 'too-many', atMost, scarcest }
}

/** What the address asks for: `?kits=24&at=SZX` of a suggestion. */
type AssemblySearch = { kits?: number; at?: string }

export function readAssemblySearch(search: Record<string, unknown>): AssemblySearch {
  const kits = Number(search.kits)
  // Text of digits arrives as a number.
  const at = search.at === undefined ? '' : String(search.at)
  return {
    ...(Number.isSafeInteger(kits) && kits > 0 && { kits }),
    ...(at !== '' && { at }),
  }
}
