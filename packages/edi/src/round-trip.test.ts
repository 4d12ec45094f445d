import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EdiDocument } from './documents.ts'
import { mirrored } from './profile.ts'
import { decode, readInterchange } from './read.ts'
import { agreements } from './testing/agreements.ts'
import { documents } from './testing/arbitraries.ts'
import { encode, writeAcknowledgements, writeDocuments } from './write.ts'

const stamp = { controlNumber: 42, at: new Date('2026-11-26T18:05:00Z') }

describe.each(Object.entries(agreements))('%s', (_, profile) => {
  const other = mirrored(profile)
  /** To the warehouse go orders and notices, from it comes the rest. */
  const sides = (kind: string) => ['shipping-order', 'inbound-advice'].includes(kind)

  test('what is written is read back as it was', () => {
    fc.assert(
      fc.property(documents(profile), (document) => {
        const toWarehouse = sides(document.kind)
        const [from, to] = toWarehouse ? [profile, other] : [other, profile]
        const bytes = encode(writeDocuments([document], stamp, from), from)
        const read = readInterchange(decode(bytes, to), to, toWarehouse ? 'warehouse' : 'depositor')
        expect(read.refused).toEqual([])
        expect(read.sets.flatMap((set) => set.documents)).toEqual([document])
        expect(read.interchange.controlNumber.replace(/^0+/, '')).toBe('42')
      }),
      fromEnvironment({ numRuns: 150 }),
    )
  })

  test('I5: what left on a day without a time left at its end: a count of that morning has it still', () => {
    const advices = documents(profile).filter(({ kind }) => kind === 'shipping-advice')
    fc.assert(
      fc.property(advices, (document) => {
        const written = writeDocuments([document], stamp, other)
        const day = written
          .replace(/(G62.11.\d{8}).8.\d{4,6}/, '$1')
          .replace(/(DTM.(?:11|137).\d{8})\d{4,6}(.)20[34]/g, '$1$2102')
        expect(day).not.toBe(written)
        const { sets } = readInterchange(day, profile)
        const [read] = sets.flatMap((set) => set.documents)
        if (read?.kind !== 'shipping-advice' || document.kind !== 'shipping-advice')
          throw new Error('an advice')
        const later = read.document.shippedAt.getTime() - document.document.shippedAt.getTime()
        // A day on which the clock is put back has an hour more.
        expect(later >= 0 && later < 25 * 3_600_000).toBe(true)
      }),
      fromEnvironment({ numRuns: 50 }),
    )
  })

  test('an acknowledgement says of each set what the reader found', () => {
    fc.assert(
      fc.property(fc.array(documents(profile), { minLength: 1, maxLength: 3 }), (several) => {
        const fromThem = several.filter(({ kind }) => !sides(kind))
        const [first] = fromThem
        if (first === undefined) return
        const alike = fromThem.filter(({ kind }) => kind === first.kind)
        const read = readInterchange(writeDocuments(alike, stamp, other), profile)
        const answer = writeAcknowledgements(read, { ...stamp, controlNumber: 43 }, profile)
        if (answer === undefined) throw new Error('there is an acknowledgement')
        const [set] = readInterchange(answer, other, 'warehouse').sets
        expect(set?.documents[0]).toMatchObject({
          kind: 'acknowledgement',
          document: {
            controlNumber: '42',
            isAccepted: true,
            sets: alike.map((_, at) => ({
              controlNumber: expect.stringContaining(String(at + 1)),
              isAccepted: true,
            })),
          },
        })
        // An acknowledgement is not acknowledged: two partners would never be done.
        expect(
          writeAcknowledgements(readInterchange(answer, other, 'warehouse'), stamp, other),
        ).toBeUndefined()
      }),
      fromEnvironment({ numRuns: 30 }),
    )
  })

  test('spoilt anywhere, it is refused or says the same: never another quantity, and nothing falls over', () => {
    fc.assert(
      fc.property(
        documents(profile).filter(({ kind }) => !sides(kind)),
        fc.nat(),
        fc.constantFrom('drop', 'double', 'cut', 'swap-segments', 'drop-segment', 'double-segment'),
        (document, place, how) => {
          const text = writeDocuments([document], stamp, other)
          const spoilt = spoil(text, place, how, other.syntax === 'x12' ? text.charAt(105) : text.charAt(8))
          let read: ReturnType<typeof readInterchange>
          try {
            read = readInterchange(spoilt, profile)
          } catch (error) {
            expect(error).toMatchObject({ name: 'EdiProblem' })
            return
          }
          for (const { problem } of read.refused) expect(problem.message).not.toBe('')
          expect(read.sets.length).toBeLessThanOrEqual(1)
          // One byte less or more: the totals beside the quantities no longer fit. (A 947 has none.)
          const [said] = read.sets.flatMap((set) => set.documents)
          if (said !== undefined && ['drop', 'double', 'cut'].includes(how) && document.kind !== 'adjustment')
            expect(unitsOf(said)).toBe(unitsOf(document))
          writeAcknowledgements(read, stamp, profile)
        },
      ),
      fromEnvironment({ numRuns: 200 }),
    )
  })
})

function unitsOf({ kind, document }: EdiDocument): number {
  const quantities =
    kind === 'shipping-advice'
      ? document.parcels.flatMap(({ lines }) => lines.map(({ quantity }) => quantity))
      : kind === 'receipt'
        ? document.lines.map(({ quantity }) => quantity)
        : kind === 'stock-report'
          ? document.rows.flatMap((row) => Object.values(row.quantities))
          : []
  return quantities.reduce((sum, quantity) => sum + quantity, 0)
}

function spoil(text: string, place: number, how: string, end: string): string {
  const at = place % text.length
  const segments = text.split(end)
  const which = 1 + (place % Math.max(1, segments.length - 2))
  switch (how) {
    case 'drop':
      return text.slice(0, at) + text.slice(at + 1)
    case 'double':
      return text.slice(0, at) + text.charAt(at) + text.slice(at)
    case 'cut':
      return text.slice(0, at)
    case 'swap-segments':
      return segments
        .with(which, segments[which + 1] ?? '')
        .with(which + 1, segments[which] ?? '')
        .join(end)
    case 'drop-segment':
      return segments.toSpliced(which, 1).join(end)
    default:
      return segments.toSpliced(which, 0, segments[which] ?? '').join(end)
  }
}
