import { z } from 'zod'

/** Platforms of China write moments as `2026-06-01 20:00:00` and mean Beijing time: UTC+8 all year, without saying so. */
const OFFSET_MS = 8 * 3_600_000

/** `2026-06-01 20:00:00` for 12:00 UTC; fractions of a second are cut off. @throws RangeError for an invalid date */
export function toBeijingTime(at: Date): string {
  return new Date(at.getTime() + OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ')
}

/** The day that it is in Beijing at that moment: `2026-06-01`. */
export function toBeijingDay(at: Date): string {
  return toBeijingTime(at).slice(0, 10)
}

const written = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?$/

/** The moment that such a text means, a day its first second. Undefined for what is no moment, as 31 February. */
export function fromBeijingTime(text: string): Date | undefined {
  const parts = written.exec(text.trim())
  if (parts === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0))
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  // Date rolls over what does not exist: what comes out must read as what went in. Years below 1000 are nobody's.
  const isReal =
    year >= 1_000 &&
    local.getUTCFullYear() === year &&
    local.getUTCMonth() === month - 1 &&
    local.getUTCDate() === day &&
    local.getUTCHours() === hour &&
    local.getUTCMinutes() === minute &&
    local.getUTCSeconds() === second
  return isReal ? new Date(local.getTime() - OFFSET_MS) : undefined
}

const nothings = new Set(['', 'null', '0', '0000-00-00', '0000-00-00 00:00:00'])

/** Such a moment in an answer; undefined where the platform writes nothing (null, '', `0000-00-00 00:00:00`). */
export const beijingMoment = z
  .string()
  .nullish()
  .refine((text) => isNothing(text) || fromBeijingTime(text) !== undefined, 'not a moment of Beijing time')
  .transform((text) => (isNothing(text) ? undefined : fromBeijingTime(text)))

function isNothing(text: string | null | undefined): text is null | undefined {
  return text === null || text === undefined || nothings.has(text.trim())
}
