import { Unavailable } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openExchange, request, shipmentId, withLine } from '../testing/exchange-world.ts'
import { createExchange } from './exchange.ts'

// The partner's folder for what we send is away for a while; the one that we read is there.

test('I4: while the folder for ours is away, what comes in is told and ours waits as one problem; none of it is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }), async (times) => {
      const world = await openExchange()
      let isAway = false
      const exchange = createExchange({
        ...world.terms,
        folder: {
          ...world.folder,
          write: (...given) =>
            isAway && given[0].startsWith('out/')
              ? Promise.reject(new Unavailable('No space left on the device.', true))
              : world.folder.write(...given),
        },
      })
      await exchange.requestShipment(request)
      const heard = new Set<string>()
      const hear = async () => {
        const messages = await exchange.pull()
        for (const { receipt } of messages) heard.add(receipt)
        await exchange.acknowledge(messages.map(({ receipt }) => receipt))
        return messages.length
      }
      let waiting = 0
      for (const [step, away] of times.entries()) {
        isAway = away
        await world.tell(world.write(withLine(1, 'later', `1Z-${step}`, '2026-11-26T20:00:00Z')))
        // A read of a list takes it in as well, and needs no folder that can be written.
        if (step % 2 === 1) expect((await exchange.findShipment(shipmentId))?.parcels).toHaveLength(step + 1)
        waiting = away ? waiting + 1 : 0
        expect(await hear()).toBe(1)
        const after = await hear().catch((error: unknown) => error)
        if (!away) expect(after).toBe(0)
        else
          expect(after).toMatchObject({
            kind: 'unavailable',
            message: expect.stringMatching(
              waiting > 1
                ? new RegExp(`^${waiting} documents wait .*"out".*: No space left.* See that`)
                : /^A document waits .*"out".*: No space left.* See that/,
            ),
          })
      }
      isAway = false
      expect(await hear()).toBe(0)
      expect(heard.size).toBe(times.length)
      const sent = await world.sent()
      const numbers = sent.map(({ interchange }) => Number(interchange.controlNumber))
      expect(new Set(numbers).size).toBe(times.length + 1)
      expect(numbers).toHaveLength(times.length + 1)
      expect(sent.slice(1).every(({ sets }) => sets[0]?.documents[0]?.kind === 'acknowledgement')).toBe(true)
    }),
    fromEnvironment({ numRuns: 15 }),
  )
})
