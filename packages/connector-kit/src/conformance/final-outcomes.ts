import type { LevelWrite, WriteOutcome } from '../canonical.ts'
import type { TicketTerms } from '../capabilities.ts'
import { systemClock } from '../clock.ts'
import type { ChannelOperations } from '../contract.ts'
import type { ConformanceWorld } from './world.ts'

export type FinalOutcome =
  | Exclude<WriteOutcome, { kind: 'accepted' }>
  /** The platform no longer says what became of it. */
  | { writeId: string; kind: 'unknown' }

/** Writes, and follows the tickets of accepted writes (feeds) until each has an outcome of its own. */
export async function setLevelsToTheEnd(
  world: Pick<ConformanceWorld, 'operations' | 'tickets'>,
  writes: readonly LevelWrite[],
): Promise<FinalOutcome[]> {
  return await followAccepted(world, await world.operations.setLevels(writes))
}

/** Of what a call answered the accepted writes are followed, the others are final. */
export async function followAccepted(
  { operations, tickets: terms }: Pick<ConformanceWorld, 'operations' | 'tickets'>,
  outcomes: readonly WriteOutcome[],
): Promise<FinalOutcome[]> {
  const final: FinalOutcome[] = []
  const tickets = new Map<string, string>()
  for (const outcome of outcomes) {
    if (outcome.kind === 'accepted') tickets.set(outcome.ticket, outcome.writeId)
    else final.push(outcome)
  }
  return tickets.size === 0 ? final : [...final, ...(await followTickets(tickets, { operations, terms }))]
}

/** @param tickets ticket → the write's id */
export async function followTickets(
  tickets: ReadonlyMap<string, string>,
  { operations, terms }: { operations: ChannelOperations; terms: TicketTerms | undefined },
): Promise<FinalOutcome[]> {
  if (terms === undefined || operations.outcomes === undefined) {
    throw new Error('writes are accepted, yet the manifest declares no tickets, or outcomes() is missing')
  }
  const final: FinalOutcome[] = []
  const open = new Map(tickets)
  // A feed is worked on after it is taken; simulators finish within seconds.
  for (let attempt = 0; attempt < 200; attempt += 1) {
    for (const some of inChunks([...open.keys()], terms.askMax)) {
      for (const { ticket, ...outcome } of await operations.outcomes(some)) {
        const writeId = open.get(ticket)
        if (writeId === undefined) throw new Error(`outcomes() tells of ${ticket}, which nobody asked about`)
        if (outcome.kind === 'accepted') continue
        open.delete(ticket)
        final.push({ writeId, ...outcome })
      }
    }
    if (open.size === 0) return final
    await systemClock.sleep(Math.min(50, terms.askEveryMs))
  }
  throw new Error(`${open.size} tickets have no final outcome after 10 seconds`)
}

function inChunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, at) =>
    values.slice(at * size, (at + 1) * size),
  )
}
