import fc from 'fast-check'
import type { EdiDocument } from '../documents.ts'
import type { PartnerProfile } from '../profile.ts'
import { separatorsOf } from '../profile.ts'
import { fromLocal } from '../zone.ts'

/** Documents that a profile's fields can hold. */

/** A text without blanks at its ends; in X12 without what separates. */
export function text(max: number, profile: PartnerProfile, alphabet = ALPHABET) {
  const forbidden = profile.syntax === 'x12' ? Object.values(separatorsOf(profile)) : []
  const allowed = [...alphabet].filter((each) => !forbidden.includes(each))
  return fc
    .string({ unit: fc.constantFrom(...allowed), minLength: 1, maxLength: max })
    .map((each) => each.trim())
    .filter((each) => each !== '')
}
const ALPHABET = "ABCxyz019 -./&()äß中:+'?*~>|\\;#"
const CODE = 'ABCXYZ0123456789-./'

const date = fc
  .integer({ min: 0, max: 10_000 })
  .map((days) => new Date(Date.UTC(2020, 0, 1) + days * 86_400_000).toISOString().slice(0, 10))
const quantity = fc.integer({ min: 0, max: 999_999 })
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

/** A minute that the partner's clock shows once. */
function instant({ zone }: PartnerProfile) {
  return fc
    .integer({ min: 0, max: 10_000_000 })
    .map((minutes) => new Date(Date.UTC(2020, 0, 1) + minutes * 60_000))
    .map((at) => {
      const shown = new Intl.DateTimeFormat('sv-SE', {
        timeZone: zone,
        dateStyle: 'short',
        timeStyle: 'short',
      }).format(at)
      return fromLocal(shown.slice(0, 10).replaceAll('-', ''), shown.slice(11).replace(':', ''), zone) ?? at
    })
}

export function documents(
  profile: PartnerProfile,
): fc.Arbitrary<Exclude<EdiDocument, { kind: 'acknowledgement' }>> {
  const code = (max: number) => text(max, profile, CODE)
  const sku = text(30, profile)
  const locationId = fc.constantFrom(...profile.locations.map(({ id }) => id))
  const at = instant(profile)
  const isX12 = profile.syntax === 'x12'
  const lotOf = some(code(20))
  const withExpiry = fc
    .record({ lot: lotOf, expiresOn: some(date) })
    .map(({ lot, expiresOn }) => ({ lot, expiresOn: lot === undefined ? undefined : expiresOn }))

  const order = fc.record({
    kind: fc.constant('shipping-order' as const),
    document: fc.record({
      purpose: fc.constantFrom('original' as const, 'cancel' as const),
      reference: code(22),
      number: text(30, profile),
      placedOn: date,
      shipBy: some(date),
      locationId,
      recipient: some(
        fc.record({
          name: text(35, profile),
          company: some(text(35, profile)),
          addressLines: fc.array(text(35, profile), { minLength: 1, maxLength: 3 }),
          city: text(30, profile),
          region: some(text(9, profile)),
          postalCode: some(text(9, profile)),
          country: fc.constantFrom('US', 'DE', 'CN'),
          phone: some(text(20, profile)),
          email: some(text(40, profile)),
        }),
      ),
      method: some(fc.oneof(fc.constantFrom(...Object.keys(profile.methods), 'express'), text(35, profile))),
      note: some(
        fc
          .array(
            text(60, profile).map((each) => each.replace(/ /g, '-')),
            { minLength: 1, maxLength: 4 },
          )
          .map((words) => words.join(' ')),
      ),
      lines: fc.array(
        fc.record({
          lineReference: code(22),
          sku,
          quantity,
          title: text(35, profile),
          lot: lotOf,
        }),
        { minLength: 1, maxLength: 5 },
      ),
    }),
  })
  const inbound = fc.record({
    kind: fc.constant('inbound-advice' as const),
    document: fc.record({
      reference: code(22),
      number: text(30, profile),
      locationId,
      expectedOn: some(date),
      carrier: some(text(35, profile)),
      trackingNumber: some(code(30)),
      lines: fc.array(
        fc
          .record({ lineReference: code(22), sku, quantity, more: withExpiry })
          .map(({ more, ...line }) => ({ ...line, ...more })),
        { minLength: 1, maxLength: 5 },
      ),
    }),
  })
  const advisedLine = fc
    .record({
      lineReference: some(code(22)),
      sku,
      missing: some(fc.integer({ min: 0, max: 1_000 })),
      quantity,
      rest: fc.constantFrom('later' as const, 'never' as const),
      lot: lotOf,
      serials: fc.array(code(20), { maxLength: 3 }),
    })
    .map(({ missing, ...line }) => ({
      ...line,
      ordered: missing === undefined ? undefined : line.quantity + missing,
      // Without a variance EDIFACT does not say.
      rest: !isX12 && missing === undefined ? ('never' as const) : line.rest,
    }))
  const advice = fc.record({
    kind: fc.constant('shipping-advice' as const),
    document: fc.record({
      reference: code(22),
      warehouseReference: isX12 ? some(code(30)) : code(30),
      shippedAt: at,
      carrier: some(fc.constantFrom(...Object.values(profile.carriers))),
      parcels: fc.uniqueArray(
        fc.record({
          sscc: some(code(18)),
          trackingNumber: some(code(30)),
          lines: fc.array(advisedLine, { minLength: 1, maxLength: 4 }),
        }),
        {
          minLength: 1,
          maxLength: 4,
          selector: ({ sscc, trackingNumber }) => `${sscc ?? ''}/${trackingNumber ?? ''}`,
        },
      ),
    }),
  })
  const receipt = fc.record({
    kind: fc.constant('receipt' as const),
    document: fc.record({
      receiptNumber: code(22),
      reference: some(code(22)),
      locationId,
      receivedAt: at,
      isComplete: fc.boolean(),
      lines: fc
        .uniqueArray(
          fc.record({
            lineReference: some(code(22)),
            sku,
            more: withExpiry,
            sound: quantity,
            damaged: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000 })),
          }),
          { minLength: 1, maxLength: 5, selector: ({ sku: named }) => named },
        )
        .map((lines) =>
          lines.flatMap(({ sound, damaged, more, ...line }) => [
            ...(sound > 0 || damaged === 0
              ? [{ ...line, ...more, quantity: sound, condition: 'sellable' as const }]
              : []),
            ...(damaged > 0 ? [{ ...line, ...more, quantity: damaged, condition: 'damaged' as const }] : []),
          ]),
        ),
    }),
  })
  const meanings = [...new Set(Object.values(profile.stock.quantities))].filter((each) => each !== 'ignored')
  const report = fc.record({
    kind: fc.constant('stock-report' as const),
    document: fc.record({
      reportNumber: code(22),
      locationId,
      countedAt: at,
      rows: fc.uniqueArray(
        fc
          .record({
            sku,
            more: withExpiry,
            quantities: fc.dictionary(fc.constantFrom(...meanings), quantity, {
              minKeys: 1,
              noNullPrototype: true,
            }),
          })
          .map(({ more, ...row }) => ({
            ...row,
            ...more,
            // In the order in which they are written: sets keep none.
            quantities: row.quantities as Partial<Record<'onHand' | 'held', number>>,
          })),
        { maxLength: 6, selector: (row) => `${row.sku}/${row.lot ?? ''}` },
      ),
    }),
  })
  const adjustment = fc.record({
    kind: fc.constant('adjustment' as const),
    document: fc.record({
      adjustmentNumber: code(22),
      locationId,
      adjustedAt: at,
      lines: fc.array(
        fc
          .record({
            sku,
            lot: lotOf,
            reason: fc.constantFrom('', ...Object.keys(profile.adjustments)).filter((each) => each !== ''),
            units: fc.integer({ min: -5_000, max: 5_000 }).filter((units) => units !== 0),
          })
          .map(({ units, ...line }) => {
            const rule = profile.adjustments[line.reason]
            const signed = rule?.sign === 'minus' ? -Math.abs(units) : units
            return {
              ...line,
              onHand: rule?.changes === 'held' ? 0 : signed,
              held: rule?.changes === 'onHand' ? 0 : signed,
            }
          }),
        { maxLength: 5 },
      ),
    }),
  })
  return fc.oneof(order, inbound, advice, receipt, report, ...(isX12 ? [adjustment] : []))
}
