import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import type { How, Wrong } from './assembly-entry.ts'

/** What is wrong with the number of kits, and what would be right. */
export function AssemblyProblem({ wrong, how, location }: { wrong: Wrong; how: How; location: string }) {
  const { t, locale } = useLanguage()
  if (wrong.kind === 'none') return null
  if (wrong.kind === 'not-whole') return <p className="text-red">{t('assembly.wrong.not-whole')}</p>
  const { atMost, scarcest } = wrong
  const known = {
    location,
    n: formatNumber(locale, atMost),
    ...(scarcest !== undefined && {
      sku: scarcest.sku,
      available: formatNumber(locale, scarcest.available),
      each: formatNumber(locale, scarcest.quantity),
    }),
  }
  const which = atMost === 0 ? 'none' : 'too-many'
  return <p className="text-red">{t(`assembly.wrong.${which}.${how}`, known)}</p>
}
