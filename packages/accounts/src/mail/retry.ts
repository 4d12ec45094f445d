/** What a mail server did with a letter, or that it could not be asked. */
export type MailFailure = {
  /** `letter`: it refuses this one; `server`: it would fail with any. */
  about: 'letter' | 'server'
  /** Whether trying again can help. */
  passing: boolean
  problem: string
}

/** From the first attempt that failed on. */
const PAUSES_MS = [30_000, 120_000, 300_000, 900_000, 1_800_000, 3_600_000]
const GIVEN_UP_AFTER_MS = 86_400_000

/**
 * When a letter is tried again; undefined: never. One that has waited for a day, or that its server will not take for
 * good, is given up; a server that shuts the hub out (a password that is wrong) may be mended by a person, so it counts
 * as passing.
 * @param letter.attempt 1 for the first
 * @param letter.random 0 ≤ x < 1; spreads those that failed together
 */
export function decideNextAttempt(
  letter: { attempt: number; createdAt: Date; random: number },
  failure: MailFailure,
  now: Date,
): Date | undefined {
  if (!failure.passing) return undefined
  if (now.getTime() - letter.createdAt.getTime() >= GIVEN_UP_AFTER_MS) return undefined
  return new Date(now.getTime() + pauseMs(letter.attempt, letter.random))
}

/** How long the hub leaves a server alone that has failed so often in a row: growing to five minutes. */
export function serverPauseMs(failures: number): number {
  return Math.min(300_000, 5_000 * 2 ** Math.min(failures - 1, 10))
}

function pauseMs(attempt: number, random: number): number {
  const pause = PAUSES_MS[Math.min(attempt, PAUSES_MS.length) - 1] ?? 30_000
  return Math.round(pause * (1 + random / 4))
}
