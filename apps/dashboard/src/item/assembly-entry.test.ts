import type { KitAssembly } from '@plimsoll/client'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseLocation, findScarcest, readAssemblySearch, readKits } from './assembly-entry.ts'

const anyAssembly: fc.Arbitrary<KitAssembly> = fc
  .tuple(
    fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
    fc.array(
      fc.tuple(fc.array(fc.integer({ min: -3, max: 30 }), { minLength: 4, maxLength: 4 }), fc.nat(5)),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([quantities, places]) => ({
    sku: 'KIT',
    parts: quantities.map((quantity, nth) => ({ sku: `P${nth}`, name: '', quantity })),
    cannotPutTogether: null,
    cannotTakeApart: null,
    locations: places.map(([stock, apartAtMost], nth) => {
      const available = stock.slice(0, quantities.length)
      const enough = available.map((units, part) => Math.floor(units / (quantities[part] ?? 1)))
      return {
        code: `L${nth}`,
        name: '',
        available,
        apartAtMost,
        togetherAtMost: Math.max(0, ...[Math.min(...enough)]),
      }
    }),
  }))

test('what is let through can be done there, and what is not names a limit that is true', () => {
  fc.assert(
    fc.property(
      anyAssembly,
      fc.constantFrom('assemble' as const, 'disassemble' as const),
      fc.integer({ min: 1, max: 40 }),
      (assembly, how, asked) => {
        const location = chooseLocation(assembly, how, undefined)
        const place = assembly.locations.find(({ code }) => code === location)
        if (place === undefined) throw new Error('one of them is chosen')
        const read = readKits(assembly, place, { how, location: place.code, kits: ` ${asked} ` })
        const uses = (kits: number) =>
          how === 'assemble'
            ? assembly.parts.every(({ quantity }, nth) => kits * quantity <= (place.available[nth] ?? 0))
            : kits <= place.apartAtMost
        if (typeof read === 'number') {
          expect(read).toBe(asked)
          expect(uses(read)).toBe(true)
        } else {
          expect(uses(asked)).toBe(false)
          if (read.kind !== 'too-many') throw new Error(read.kind)
          expect(read.atMost === 0 || uses(read.atMost)).toBe(true)
          if (how === 'assemble') {
            const scarcest = findScarcest(assembly, place)
            expect(read.scarcest).toEqual(scarcest)
            expect(Math.max(0, Math.floor((scarcest?.available ?? 0) / (scarcest?.quantity ?? 1)))).toBe(
              read.atMost,
            )
          }
        }
        // Nowhere else can more be done.
        for (const each of assembly.locations)
          expect(how === 'assemble' ? each.togetherAtMost : each.apartAtMost).toBeLessThanOrEqual(
            how === 'assemble' ? place.togetherAtMost : place.apartAtMost,
          )
      },
    ),
  )
})

test('what is no number of kits is said so, and an address that says nonsense says nothing', () => {
  const [assembly] = fc.sample(anyAssembly, 1)
  const place = assembly?.locations[0]
  if (assembly === undefined || place === undefined) throw new Error('there is one')
  const read = (kits: string) => readKits(assembly, place, { how: 'assemble', location: 'L0', kits })
  expect(read(' ')).toEqual({ kind: 'none' })
  for (const kits of ['0', '-1', '1.5', '1e2', 'two', '99999999999999999999'])
    expect(read(kits)).toEqual({ kind: 'not-whole' })
  expect(chooseLocation({ ...assembly, locations: [] }, 'assemble', 'L0')).toBeUndefined()
  expect(readAssemblySearch({ kits: 24, at: 7 })).toEqual({ kits: 24, at: '7' })
  expect(readAssemblySearch({ kits: 'x', at: '' })).toEqual({})
})
