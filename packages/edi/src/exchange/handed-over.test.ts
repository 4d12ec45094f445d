import { fileMessage, Invalid } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { advice, openExchange, request, shipmentId } from '../testing/exchange-world.ts'
import { toHandedFile } from './handed-over.ts'
import { parseMessage } from './message.ts'

test('I3: a file that is handed over is kept, acknowledged once and told like one out of the folder; what is wrong is said and not kept', async () => {
  const world = await openExchange()
  await world.exchange.requestShipment(request)
  const text = world.write(advice())
  const handed = (content: string, headers: Record<string, string> = { 'x-file-name': 'a%20945.edi' }) =>
    toHandedFile({ headers, body: Buffer.from(content) }, world.profile)
  const file = handed(text)
  expect(file).toMatchObject({ feed: 'edi-in', name: 'a 945.edi' })
  if (file === undefined) throw new Error('it is one')
  for (let twice = 0; twice < 2; twice += 1) await world.log.keep({ direction: 'in', ...file })
  expect(parseMessage(fileMessage(file.feed)).map(({ kind }) => kind)).toEqual([
    'shipment',
    'receipt',
    'counted',
  ])
  await world.pullAll()
  await world.pullAll()
  expect(await world.exchange.findShipment(shipmentId)).toMatchObject({ state: 'shipped' })
  // The same through the folder as well changes nothing.
  await world.tell(text)
  await world.pullAll()
  const { rows } = await world.exchange.shipments({ since: new Date(0), cursor: undefined })
  expect(rows.map(({ state, parcels }) => [state, parcels.length])).toEqual([['shipped', 1]])
  const acknowledgements = (await world.sent()).filter(({ sets }) =>
    sets.some(({ documents }) => documents.some(({ kind }) => kind === 'acknowledgement')),
  )
  expect(acknowledgements).toHaveLength(1)
  // Cut off, and with a set that makes no sense.
  expect(() => handed(text.slice(0, 150))).toThrow(Invalid)
  expect(() => handed(text.replace(/W12\*[^~]*~/, 'W12*CC*x*y*z~'))).toThrow(/W12/)
  // By a call, without a name; and what the exchange itself told out of the folder.
  const call = { headers: {}, body: Buffer.from(text), url: 'https://hub.example/webhooks/1' }
  expect(toHandedFile(call, world.profile)).toMatchObject({
    feed: 'edi-in',
    name: expect.stringMatching(/\.edi$/),
  })
  expect(
    handed('{"name":"f","told":[],"problems":[]}', { 'content-type': 'application/json' }),
  ).toBeUndefined()
})
