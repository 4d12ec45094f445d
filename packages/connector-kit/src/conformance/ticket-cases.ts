import type { TicketOutcome } from '../canonical.ts'
import type { Capabilities } from '../capabilities.ts'
import type { ChannelOperations } from '../contract.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import { followAccepted, followTickets } from './final-outcomes.ts'
import type { ConformanceWorld } from './world.ts'

/** Writes that the platform only accepts, and what it says of them later. */
export function ticketCases(capabilities: Capabilities): ConformanceCase[] {
  if (capabilities.tickets === undefined) {
    return [
      {
        title: 'tickets: none are declared, so there is nothing to ask',
        async story({ operations }) {
          expect(operations.outcomes, 'declare `tickets`, or leave outcomes() out').toBeUndefined()
        },
      },
    ]
  }
  return [
    {
      title: 'tickets: each accepted write has its own, and in the end the platform shows what each says',
      async story(world) {
        const tickets = await acceptedWrites(world)
        for (const outcome of await followTickets(tickets, { ...world, terms: world.tickets })) {
          expect(outcome).toMatchObject({ kind: 'applied', quantity: 30 })
        }
        for (const level of await world.operations.levels(await allLevels(world))) {
          expect(level.quantity).toBe(30)
        }
      },
    },
    {
      title:
        'tickets: a row that the platform refuses later is told by its own ticket, the others are applied',
      async story(world) {
        const levels = await world.addProducts(slowBatchOf(world) - 1, 10)
        const writes = levels.map((level) => world.write(level, 30))
        const bad = { writeId: 'bad-row', ...world.unknown.level, quantity: 30, expected: 10 }
        const tickets = new Map<string, string>()
        for (const outcome of await world.operations.setLevels([bad, ...writes], { urgency: 'increase' })) {
          if (outcome.kind === 'accepted') tickets.set(outcome.ticket, outcome.writeId)
          // What is plainly wrong may be refused at once.
          else expect(outcome).toMatchObject({ writeId: 'bad-row', kind: 'refused' })
        }
        for (const outcome of await followTickets(tickets, { ...world, terms: world.tickets })) {
          if (outcome.writeId === 'bad-row') expect(outcome.kind).toBe('refused')
          else expect(outcome).toMatchObject({ kind: 'applied', quantity: 30 })
        }
      },
    },
    {
      title: 'I7: tickets: where there is a fast way too, a decrease never waits in the slow one',
      async story(world) {
        if (capabilities.tickets?.increasesOnly === undefined) return
        const levels = await world.addProducts(capabilities.batchMax, 10)
        for (const options of [undefined, { urgency: 'decrease' as const }]) {
          const quantity = options === undefined ? 3 : 0
          const writes = levels.map((level) => world.write(level, quantity, options === undefined ? 10 : 3))
          const outcomes = await world.operations.setLevels(writes, options)
          // Where a write proves itself by being read back alone, that may come a little later; a feed it never is.
          const isProvedLater = capabilities.proof === 'read-back'
          const final = isProvedLater ? await followAccepted(world, outcomes) : outcomes
          expect(new Set(final.map(({ kind }) => kind))).toEqual(new Set(['applied']))
          for (const level of levels) expect(await world.quantityOf(level)).toBe(quantity)
        }
      },
    },
    {
      title: 'I3: tickets: asked again, by another process, they say the same',
      async story(world) {
        const tickets = await acceptedWrites(world)
        await followTickets(tickets, { ...world, terms: world.tickets })
        const asked = [...tickets.keys()].slice(0, capabilities.tickets?.askMax)
        const first = await ask(world.operations, asked)
        expect(await ask(world.open(), asked.toReversed())).toEqual(first)
        expect(first.map(({ ticket }) => ticket)).toEqual(asked.toSorted())
      },
    },
    {
      title: 'tickets: one that the platform does not know is unknown, and no ticket is no call',
      async story(world) {
        const [ticket] = [...(await acceptedWrites(world)).keys()]
        if (ticket === undefined) throw new Error('no ticket came')
        const dead = world.unknownTicket(ticket)
        const calls = world.calls.length
        expect(await ask(world.operations, [])).toEqual([])
        expect(world.calls).toHaveLength(calls)
        expect(await ask(world.operations, [dead])).toEqual([{ ticket: dead, kind: 'unknown' }])
        const both = await ask(world.operations, [dead, ticket])
        expect(both.map((outcome) => outcome.ticket)).toEqual([dead, ticket].toSorted())
        expect(both.find((outcome) => outcome.ticket === ticket)?.kind).not.toBe('unknown')
      },
    },
    {
      title:
        'tickets: a lost answer is Unavailable and loses no outcome; revoked credentials are Unauthorized',
      async story(world) {
        const tickets = await acceptedWrites(world)
        const asked = [...tickets.keys()].slice(0, capabilities.tickets?.askMax)
        world.simulator.faults.set({ dropResponseRate: 1 })
        await refusalOf(ask(world.operations, asked), 'unavailable')
        world.simulator.faults.set({ dropResponseRate: 0 })
        for (const outcome of await followTickets(tickets, { ...world, terms: world.tickets })) {
          expect(outcome.kind).toBe('applied')
        }
        world.simulator.faults.set({ revoked: true })
        await refusalOf(ask(world.operations, asked), 'unauthorized')
      },
    },
  ]
}

/** So many that they go the slow way, and no more than a test has time for where a call takes thousands. */
function slowBatchOf({ batchMax, tickets }: ConformanceWorld): number {
  return tickets?.bulk === undefined ? batchMax : Math.min(tickets.bulk.max, tickets.bulk.from + 50)
}

/** Raises a whole batch of levels from 10 to 30; the accepted writes, ticket → write id. */
async function acceptedWrites(world: ConformanceWorld): Promise<Map<string, string>> {
  const levels = await world.addProducts(slowBatchOf(world), 10)
  const outcomes = await world.operations.setLevels(
    levels.map((level) => world.write(level, 30)),
    { urgency: 'increase' },
  )
  const accepted = outcomes.flatMap((outcome) => (outcome.kind === 'accepted' ? [outcome] : []))
  expect(accepted.length, 'of a whole batch some writes are accepted').toBeGreaterThan(0)
  const tickets = new Map(accepted.map(({ ticket, writeId }) => [ticket, writeId]))
  expect(tickets.size, 'no two writes share a ticket').toBe(accepted.length)
  expect(tickets.has('')).toBe(false)
  return tickets
}

async function allLevels(world: ConformanceWorld) {
  const { rows } = await world.allListings()
  const [location] = await world.operations.locations()
  return rows.map(({ stockUnitId }) => ({ stockUnitId, locationId: location?.externalId ?? '' }))
}

/** In the order of the tickets, whatever order they came in. */
async function ask(operations: ChannelOperations, tickets: readonly string[]): Promise<TicketOutcome[]> {
  if (operations.outcomes === undefined) throw new Error('tickets are declared, yet outcomes() is missing')
  const outcomes = await operations.outcomes(tickets)
  return outcomes.toSorted((a, b) => (a.ticket < b.ticket ? -1 : 1))
}
