import { type Language, useLanguage } from '../language.ts'

/** What the hub says of a description or a file comes in both languages where it knows the sentence. */
type SaidInBoth = { problem: string | null; problemInChinese?: string | undefined }

/** @returns in the reader's language, for what is said in both; null where nothing is said */
export function useSaid(): (said: SaidInBoth) => string | null {
  const { language } = useLanguage()
  return (said) => saidIn(language, said)
}

/** Wrong parts of a description, each message in the reader's language. Pure. */
export function wrongFor(
  language: Language,
  wrong: readonly { field: string; message: string; messageInChinese?: string | undefined }[],
): { field: string; message: string }[] {
  return wrong.map(({ field, message, messageInChinese }) => ({
    field,
    message: language === 'zh' ? (messageInChinese ?? message) : message,
  }))
}

function saidIn(language: Language, { problem, problemInChinese }: SaidInBoth): string | null {
  return language === 'zh' ? (problemInChinese ?? problem) : problem
}
