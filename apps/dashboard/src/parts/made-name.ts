import { i18n, useLanguage } from '../language.ts'
import type { enMadeNames } from '../locales/en-made-names.ts'

/**
 * Says a name in the reader's language where the connector made it up, such as "Shop stock" for the only place that a shop has.
 * Names that people gave on the platform stay as they were read: they are looked for there.
 */
export function useMadeName(): (kind: keyof typeof enMadeNames, name: string) => string {
  const { language } = useLanguage()
  return (kind, name) => {
    // The whole list: to `t` a dot in somebody's name would be a path.
    const made = i18n.getResource(language, 'translation', kind) as Record<string, string> | undefined
    return made !== undefined && Object.hasOwn(made, name) ? (made[name] ?? name) : name
  }
}
