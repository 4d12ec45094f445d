import { ApiProblem } from '@plimsoll/client/client'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'

const known = [
  'name-taken',
  'unknown-location',
  'account-connected',
  'wrong-account',
  'credentials-needed',
  'private-address',
  'no-public-address',
  'platform-refused',
  'platform-unavailable',
  'invalid-settings',
  'unknown-grant',
] as const

/** What went wrong, for the reader: a sentence in their language where there is one, and the hub's or platform's words. */
export type Told = { text: string; words: string | undefined }

/** @param code of a problem or of a grant that was refused; `words` of the hub, in English */
export function useTold(): (problem: { code: string; words: string }) => Told {
  const { t, language } = useLanguage()
  return ({ code, words }) => {
    const name = known.find((each) => each === code)
    if (name === undefined) return { text: words, words: undefined }
    // In English the hub's own sentence says the same and names more.
    return language === 'en'
      ? { text: words, words: undefined }
      : { text: t(`connect.problem.${name}`), words }
  }
}

export function useToldError(error: unknown): Told {
  const told = useTold()
  const text = useProblemText(error)
  if (!(error instanceof ApiProblem)) return { text, words: undefined }
  const { code } = error.problem
  return code === 'unreachable' || code === 'unreadable'
    ? { text, words: undefined }
    : told({ code, words: error.problem.detail })
}
