import type { ConnectionCheck } from '@plimsoll/client'
import type { Language } from '../language.ts'

type Told = Pick<ConnectionCheck, 'warnings' | 'warningsInChinese' | 'unproven' | 'unprovenInChinese'>

/** What a person should read before going live, in their language; a connector of another’s may have English alone. */
export function warningsOf({ warnings, warningsInChinese }: Told, language: Language): string[] {
  return language === 'zh' ? warnings.map((warning, nth) => warningsInChinese?.[nth] ?? warning) : warnings
}

/** Why nothing shows whose account it is; undefined where something does. */
export function unprovenOf({ unproven, unprovenInChinese }: Told, language: Language): string | undefined {
  return unproven !== undefined && language === 'zh' ? (unprovenInChinese ?? unproven) : unproven
}
