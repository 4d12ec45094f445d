import type { CheckResult } from './contract.ts'
import type { Words } from './form.ts'

/** Sentences that a person should read before going live, told once in both languages, as `check()` answers them. */
export function toWarnings(said: readonly Words[]): Pick<CheckResult, 'warnings' | 'warningsInChinese'> {
  const warnings = said.map(({ en }) => en)
  return said.length === 0 ? { warnings } : { warnings, warningsInChinese: said.map(({ zh }) => zh) }
}

/** Why nothing shows whose account it is, as `check()` answers it. */
export function toUnproven({ en, zh }: Words): Pick<CheckResult, 'unproven' | 'unprovenInChinese'> {
  return { unproven: en, unprovenInChinese: zh }
}

/** What was found, and more; of what was told in English alone the English sentence stands for the Chinese. */
export function withWarnings(check: CheckResult, more: readonly Words[]): CheckResult {
  if (more.length === 0) return check
  const said = check.warnings.map((en, nth) => ({ en, zh: check.warningsInChinese?.[nth] ?? en }))
  return { ...check, ...toWarnings([...said, ...more]) }
}
