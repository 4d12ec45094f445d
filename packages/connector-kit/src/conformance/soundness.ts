import type { AnnouncedReturn } from '../announced-return.ts'
import type {
  ExternalLevel,
  ExternalListing,
  ExternalLocation,
  ExternalOrder,
  LevelWrite,
  Page,
  WebhookEvent,
  WriteOutcome,
} from '../canonical.ts'
import { actionFor, isConnectorError } from '../errors.ts'
import { HELD_FOR } from '../order-hold.ts'
import type { Recipient } from '../warehouse/shapes.ts'
import { expect } from './expect.ts'

/** What every canonical value promises, whatever the platform answered. For conformance cases and property tests. */

/** I11 as far as one order can show it, and nothing promised once it is cancelled. */
export function expectSoundOrder(order: ExternalOrder): void {
  expectText(order.externalId, 'the order’s id')
  expectText(order.number, 'the order’s number')
  expect(['pending', 'open', 'closed', 'cancelled']).toContain(order.state)
  expectDate(order.placedAt)
  if (order.version !== undefined) expect(Number.isSafeInteger(order.version), 'the version').toBe(true)
  if (order.locationId !== undefined) expectText(order.locationId, 'the order’s location')
  const { destination, shipBy, shippingMethod } = order
  if (destination !== undefined) {
    expect(destination.country, 'the country is one of ISO 3166-1').toMatch(/^[A-Z]{2}$/)
    for (const part of [destination.region, destination.postalCode, destination.city])
      if (part !== undefined) expectText(part, 'a part of the destination')
  }
  if (shipBy !== undefined) expectDate(shipBy)
  if (shippingMethod !== undefined) expectText(shippingMethod, 'the shipping method')
  for (const { reason, code } of order.holds ?? []) {
    expect(HELD_FOR).toContain(reason)
    expectText(code, 'the platform’s word for a hold')
  }
  const codes = (order.holds ?? []).map(({ code }) => code)
  expect(new Set(codes).size, 'no two holds share a word').toBe(codes.length)
  for (const line of order.lines) {
    const { ordered, current, shipped, returned } = line
    expectText(line.externalId, 'the line’s id')
    if (line.listingExternalId !== undefined) expectText(line.listingExternalId, 'the line’s listing')
    for (const units of [ordered, current, shipped, returned]) {
      expect(Number.isSafeInteger(units) && units >= 0, `${units} is a whole number of units`).toBe(true)
    }
    expect(current).toBeLessThanOrEqual(ordered)
    expect(shipped).toBeLessThanOrEqual(current)
    expect(returned).toBeLessThanOrEqual(shipped)
    if (order.state === 'cancelled') expect(current).toBe(shipped)
    if (line.held !== undefined) {
      expect(
        Number.isSafeInteger(line.held) && line.held >= 0,
        `${line.held} is a whole number of units`,
      ).toBe(true)
      expect(line.held, 'units that are held are open').toBeLessThanOrEqual(current - shipped)
      if (line.held > 0) expect(codes.length, 'what holds them is said').toBeGreaterThan(0)
    }
    expect(['yes', 'no', 'never', 'unheld', 'unknown']).toContain(line.subtracted)
  }
  const ids = order.lines.map((line) => line.externalId)
  expect(new Set(ids).size, 'no two lines share an id').toBe(ids.length)
}

/** What can be sent to: somebody, a street, and a country that is one. Undefined: the platform does not say. */
export function expectSoundRecipient(recipient: Recipient | undefined): void {
  if (recipient === undefined) return
  const { name, company, addressLines, city, region, postalCode, country, phone, email } = recipient
  expectText(name, 'the name')
  expect(country, 'the country is one of ISO 3166-1').toMatch(/^[A-Z]{2}$/)
  expect(addressLines.length, 'there is a street').toBeGreaterThan(0)
  for (const line of addressLines) expectText(line, 'a line of the address')
  expect(typeof city).toBe('string')
  for (const part of [company, region, postalCode, phone, email])
    if (part !== undefined) expectText(part, 'a part of the recipient')
}

/** I12: a quantity is a whole number or undefined. */
export function expectSoundLevel(level: ExternalLevel): void {
  expectText(level.stockUnitId, 'the stock unit')
  expectText(level.locationId, 'the location')
  if (level.quantity !== undefined) {
    expect(Number.isSafeInteger(level.quantity), `${level.quantity} is a whole number of units`).toBe(true)
  }
  if (level.updatedAt !== undefined) expectDate(level.updatedAt)
}

export function expectSoundListing(listing: ExternalListing): void {
  expectText(listing.externalId, 'the listing’s id')
  expectText(listing.stockUnitId, 'the stock unit')
  expect(typeof listing.title).toBe('string')
  for (const code of [listing.sku, listing.barcode])
    if (code !== undefined) expectText(code, 'sku or barcode')
  for (const flag of [listing.tracked, listing.sellsBeyondZero]) expect(typeof flag).toBe('boolean')
  expect(['active', 'inactive', 'gone']).toContain(listing.state)
  expect(['merchant', 'platform']).toContain(listing.fulfilledBy)
}

export function expectSoundLocation(location: ExternalLocation): void {
  expectText(location.externalId, 'the location’s id')
  expect(typeof location.name).toBe('string')
  expect(typeof location.active).toBe('boolean')
}

/** @param cursor the one that the page was asked with: asking with it again would never end */
export function expectSoundPage<T>(page: Page<T>, cursor: string | undefined): void {
  if (page.next !== undefined) {
    expectText(page.next, 'the next cursor')
    expect(page.next, 'paging goes on').not.toBe(cursor)
  }
  if (page.platformTime !== undefined) expectDate(page.platformTime)
  for (const { externalId, version } of page.unreadable ?? []) {
    expectText(externalId, 'the unreadable row’s id')
    if (version !== undefined) expect(Number.isSafeInteger(version), 'its version').toBe(true)
  }
}

/** One outcome for every write; what was applied has a whole quantity, what was refused a closed class. */
export function expectSoundOutcomes(writes: readonly LevelWrite[], outcomes: readonly WriteOutcome[]): void {
  expect(outcomes.map(({ writeId }) => writeId).sort()).toEqual(writes.map(({ writeId }) => writeId).sort())
  for (const outcome of outcomes) {
    if (outcome.kind === 'applied') expect(Number.isSafeInteger(outcome.quantity)).toBe(true)
    if (outcome.kind === 'refused') expectClosedError(outcome.error)
    if (outcome.kind === 'accepted') expectText(outcome.ticket, 'the ticket')
  }
}

export function expectSoundEvents(events: readonly WebhookEvent[]): void {
  expect(events.length, 'a webhook is about something, or ignored for a reason').toBeGreaterThan(0)
  for (const event of events) {
    if (event.kind === 'level') expectSoundLevel(event.level)
    if ('externalId' in event) expectText(event.externalId, 'the id')
    if (event.kind === 'ignored') expectText(event.why, 'the reason')
    if (event.kind !== 'order') continue
    if (event.version !== undefined) expect(Number.isSafeInteger(event.version), 'the version').toBe(true)
    if (event.order === undefined) continue
    expectSoundOrder(event.order)
    expect(event.order.externalId).toBe(event.externalId)
    expect(event.order.version).toBe(event.version)
  }
}

/** One of the kit's classes, with something to say; anything else is a defect of the connector. */
export function expectClosedError(error: unknown): void {
  if (!isConnectorError(error)) {
    throw new Error(`not an error of the closed set: ${String(error)}`, { cause: error })
  }
  expectText(error.message, 'the message')
  expect(actionFor(error.kind)).toBeTypeOf('string')
}

function expectText(text: unknown, what: string): void {
  expect(typeof text === 'string' && text !== '', `${what} is a text: ${JSON.stringify(text)}`).toBe(true)
}

function expectDate(date: Date): void {
  expect(Number.isNaN(date.getTime()), 'a date is a moment').toBe(false)
}

/** What every return that a channel granted promises. */
export function expectSoundAnnouncedReturn(told: AnnouncedReturn): void {
  expect([told.externalId, told.number, told.orderExternalId], 'a return is named').not.toContain('')
  expect(['announced', 'cancelled', 'closed']).toContain(told.state)
  const ids = told.lines.map(({ lineExternalId }) => lineExternalId)
  expect(new Set(ids).size, 'no line is told twice').toBe(ids.length)
  for (const { lineExternalId, units } of told.lines) {
    expect(lineExternalId).not.toBe('')
    expect(Number.isSafeInteger(units) && units > 0, `${units} units come back`).toBe(true)
  }
  expect(told.version === undefined || Number.isSafeInteger(told.version), 'a version is whole').toBe(true)
}
