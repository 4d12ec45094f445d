import type { LevelWrite, WriteOutcome } from '../canonical.ts'
import { systemClock } from '../clock.ts'
import type { ConformanceWorld } from './world.ts'

/** Writes, and follows the tickets of accepted writes (feeds) until each has an outcome of its own. */
export async function setLevelsToTheEnd(
  { operations }: ConformanceWorld,
  writes: readonly LevelWrite[],
): Promise<WriteOutcome[]> {
  const outcomes = await operations.setLevels(writes)
  const final = outcomes.filter((outcome) => outcome.kind !== 'accepted')
  const tickets = new Set(
    outcomes.flatMap((outcome) => (outcome.kind === 'accepted' ? [outcome.ticket] : [])),
  )
  for (const ticket of tickets) final.push(...(await followTicket(operations, ticket)))
  return final
}

async function followTicket(
  operations: ConformanceWorld['operations'],
  ticket: string,
): Promise<Exclude<WriteOutcome, { kind: 'accepted' }>[]> {
  if (operations.outcomes === undefined) throw new Error('writes are accepted, yet outcomes() is missing')
  // A feed is worked on after it is taken; simulators finish within seconds.
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const outcomes = await operations.outcomes(ticket)
    const final = outcomes.filter((outcome) => outcome.kind !== 'accepted')
    if (final.length === outcomes.length && outcomes.length > 0) return final
    await systemClock.sleep(50)
  }
  throw new Error(`ticket ${ticket} has no final outcome after 10 seconds`)
}
