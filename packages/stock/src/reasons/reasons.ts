import type { ReasonDirection } from '@plimsoll/database'
import { type Refusal, refuse } from '../errors.ts'

/** A reason that adjustments may give, in English and Chinese; `direction`: whether units may come or go by it. */
export type Reason = {
  code: string
  nameEn: string
  nameZh: string
  direction: ReasonDirection
  isArchived: boolean
}

export type ReasonRules = { reasons: readonly Reason[]; listedReasonRequired: boolean }

export const NO_REASON_RULES: ReasonRules = { reasons: [], listedReasonRequired: false }

/**
 * Refuses a reason that the organization does not take. Free text is one, unless a listed reason is required; a
 * listed one must fit the direction either way.
 */
export function findBadReason(
  { reasons, listedReasonRequired }: ReasonRules,
  given: string | null,
  direction: 'in' | 'out',
): Refusal | undefined {
  const listed = reasons.find(({ code, isArchived }) => code === given && !isArchived)
  if (listed === undefined) {
    if (!listedReasonRequired) return undefined
    const codes = reasons.filter(({ isArchived }) => !isArchived).map(({ code }) => code)
    const known = codes.length === 0 ? 'None is listed yet.' : `Listed are: ${codes.join(', ')}.`
    return given === null || given === ''
      ? refuse('reason-missing', 'reason', `An adjustment needs a listed reason. ${known}`)
      : refuse('unknown-reason', 'reason', `"${given}" is no listed reason. ${known}`)
  }
  return listed.direction === 'both' || listed.direction === direction
    ? undefined
    : refuse(
        'reason-direction',
        'reason',
        `The reason "${given}" is for units that ${listed.direction === 'in' ? 'come in' : 'go out'}.`,
      )
}

/** Refuses a reason that cannot be listed. */
export function findBadReasonEntry({
  code,
  nameEn,
  nameZh,
}: Omit<Reason, 'isArchived'>): Refusal | undefined {
  if (!/^[a-z0-9][a-z0-9-]{0,49}$/.test(code)) {
    return refuse(
      'invalid-reason',
      'code',
      `"${code}" is no code: lower-case letters, digits and hyphens, 50 at most.`,
    )
  }
  for (const [field, name] of [
    ['nameEn', nameEn],
    ['nameZh', nameZh],
  ] as const) {
    if (name.trim() === '' || name.length > 200) {
      return refuse('invalid-reason', field, `The name of "${code}" must have 1 to 200 characters.`)
    }
  }
  return undefined
}
