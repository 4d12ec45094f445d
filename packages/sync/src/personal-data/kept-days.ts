import type { PersonalDataRule } from '@plimsoll/connector-kit'

/** How long it is kept to whom an order goes, in whole days. */
export type KeptDays = {
  /** After all of it has left, or after it was cancelled. */
  endedDays: number
  /** After it was read, of an order that never leaves; of a pre-order, after the day before which it is not sent. */
  unsentDays: number
}

export const USUAL_KEPT_DAYS: KeptDays = { endedDays: 30, unsentDays: 180 }
export const ENDED_DAYS_MAX = 365
export const UNSENT_DAYS_MAX = 730

/** The stricter of the organization's own rule and its platform's, each of the two numbers by itself. */
export function decideKeptDays(own: KeptDays, platform: PersonalDataRule | undefined): KeptDays {
  return {
    endedDays: Math.min(own.endedDays, platform?.endedDaysMax ?? own.endedDays),
    unsentDays: Math.min(own.unsentDays, platform?.unsentDaysMax ?? own.unsentDays),
  }
}
