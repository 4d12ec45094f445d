import { createInstance } from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'

/** Languages. Each locale is its own chunk; only the one in use is loaded. */
export type Language = 'en' | 'zh'
const key = 'plimsoll.language'
export const i18n = createInstance()

const load = {
  en: async () => (await import('./locales/en.ts')).en,
  zh: async () => (await import('./locales/zh.ts')).zh,
} satisfies Record<Language, () => Promise<object>>

/** Loads the stored or preferred language; awaited before the first render. */
export async function startLanguage(): Promise<void> {
  const wanted = localStorage.getItem(key) ?? navigator.language
  const language: Language = wanted.startsWith('zh') ? 'zh' : 'en'
  await i18n.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    interpolation: { escapeValue: false },
    resources: { [language]: { translation: await load[language]() } },
  })
  document.documentElement.lang = toLocale(language)
}
export async function setLanguage(language: Language): Promise<void> {
  if (!i18n.hasResourceBundle(language, 'translation')) {
    i18n.addResourceBundle(language, 'translation', await load[language]())
  }
  await i18n.changeLanguage(language)
  localStorage.setItem(key, language)
  document.documentElement.lang = toLocale(language)
}
/** The translator, the language, and the tag that `Intl` and the `lang` attribute take. */
export function useLanguage() {
  const { t } = useTranslation()
  const language: Language = i18n.language === 'zh' ? 'zh' : 'en'
  return { t, language, locale: toLocale(language) }
}
const toLocale = (language: Language) => (language === 'zh' ? 'zh-CN' : 'en')
