import {
  expectClosedError,
  expectSoundEvents,
  fromEnvironment,
  offlineContext,
  spoiltText,
  spoiltValue,
} from '@plimsoll/connector-kit/conformance'
import { seededRandom } from '@plimsoll/connector-kit/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { connector } from './index.ts'
import { settingsSchema } from './settings.ts'
import { SIGNATURE_HEADER } from './subscriptions.ts'

const source = { eventTime: '2026-11-26T12:00:00Z', eventId: 'e-1' }
const order = {
  partnerId: '10000012345',
  purchaseOrderId: '1796277083022',
  customerOrderId: '5281956426648',
  orderLines: [{ lineNumber: '1', sku: 'test1', quantity: { unitOfMeasure: 'EACH', measurementValue: '1' } }],
}
const bodies = [
  {
    source: { ...source, eventType: 'ORDER_UPDATES' },
    payload: { meta: { subEventType: 'PO_CREATED' }, order },
  },
  { source: { ...source, eventType: 'PO_LINE_AUTOCANCELLED' }, payload: order },
  { source: { ...source, eventType: 'OFFER_UNPUBLISHED' }, payload: { partnerId: '1', sku: 'test1' } },
].map((body) => JSON.stringify(body))

const spoilings = Object.entries({ 'one value is another': spoiltValue, 'the text is broken': spoiltText })
test.each(spoilings)('I12: events where %s are Malformed, or say something sound', (_, spoil) => {
  fc.assert(
    fc.property(fc.constantFrom(...bodies), fc.nat(), (body, seed) => {
      try {
        const text = spoil(body, seededRandom(seed))
        expectSoundEvents(connector.webhooks.parse({ headers: {}, body: Buffer.from(text) }))
      } catch (error) {
        expectClosedError(error)
      }
    }),
    fromEnvironment({ numRuns: 500 }),
  )
})

test('no signature but the right one is taken, whatever is sent', () => {
  const credentials = { clientId: 'c', clientSecret: 's', webhookSecret: 'abcdefghijklmnop' }
  const context = offlineContext({ settings: settingsSchema.parse({}), credentials })
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (signature, body) => {
      const headers = { [SIGNATURE_HEADER]: signature }
      const request = { method: 'POST', url: 'https://hub.example/in', headers, body }
      expect(connector.webhooks.verify(request, context)).toBe(false)
      expect(connector.webhooks.verify({ ...request, headers: {} }, context)).toBe(false)
    }),
    fromEnvironment({ numRuns: 300 }),
  )
})
