import { createInstance } from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'

/**
 * Languages. Only the one in use is loaded, and of it first what the first screen says: the words of the others come
 * with the first of those, and for all of them at once.
 */
export type Language = 'en' | 'zh'
const key = 'plimsoll.language'
export const i18n = createInstance()

const load = {
  en: {
    first: async () => (await import('./locales/en-first.ts')).enFirst,
    rest: async () => (await import('./locales/en-rest.ts')).enRest,
  },
  zh: {
    first: async () => (await import('./locales/zh-first.ts')).zhFirst,
    rest: async () => {
      const [{ zhRest }, { zhProblems }] = await Promise.all([
        import('./locales/zh-rest.ts'),
        import('./locales/zh-problems.ts'),
      ])
      return { ...zhRest, refusal: zhProblems }
    },
  },
} satisfies Record<Language, { first: () => Promise<object>; rest: () => Promise<object> }>
const hasAll = new Set<Language>()

/** Loads the stored or preferred language; awaited before the first render. */
export async function startLanguage(): Promise<void> {
  const wanted = localStorage.getItem(key) ?? navigator.language
  const language: Language = wanted.startsWith('zh') ? 'zh' : 'en'
  await i18n.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    interpolation: { escapeValue: false },
    resources: { [language]: { translation: await load[language].first() } },
  })
  document.documentElement.lang = toLocale(language)
}
/** What every screen but the first waits for; at once when it is there already. */
export function allWords(): Promise<void> {
  return addAllWords(toLanguage(i18n.language))
}
async function addAllWords(language: Language): Promise<void> {
  if (hasAll.has(language)) return
  const [first, rest] = await Promise.all([load[language].first(), load[language].rest()])
  i18n.addResourceBundle(language, 'translation', { ...first, ...rest })
  hasAll.add(language)
}
export async function setLanguage(language: Language): Promise<void> {
  await addAllWords(language)
  await i18n.changeLanguage(language)
  localStorage.setItem(key, language)
  document.documentElement.lang = toLocale(language)
}
/** The translator, the language, and the tag that `Intl` and the `lang` attribute take. */
export function useLanguage() {
  const { t } = useTranslation()
  const language = toLanguage(i18n.language)
  return { t, language, locale: toLocale(language) }
}
const toLanguage = (language: string): Language => (language === 'zh' ? 'zh' : 'en')
const toLocale = (language: Language) => (language === 'zh' ? 'zh-CN' : 'en')
