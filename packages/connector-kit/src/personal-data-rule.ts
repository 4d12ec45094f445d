import type { Words } from './form.ts'

/**
 * What a platform demands of whoever keeps to whom its orders go. The hub keeps to it or to the organization's own setting,
 * whichever is stricter.
 */
export type PersonalDataRule = {
  /**
   * Whole days at the most after the last parcel of an order has left, or after the order was cancelled. Absent: the platform
   * names no number of days.
   */
  endedDaysMax?: number
  /** Whole days at the most after it was read, of an order that never leaves. Absent: the platform names no number of days. */
  unsentDaysMax?: number
  /** In a sentence for a person, as the platform has it. */
  demands: Words
  /** Where it says so. */
  source: string
  /** True only after a person has held it against the agreement of a real account. */
  verified: boolean
}
