import type { LimitsBody } from '@plimsoll/client/client'
import { useConnectionNames } from '../hub.ts'
import { useLanguage } from '../language.ts'

/** What somebody may change and no more, by name; nothing for whoever may change all. */
export function LimitsLine({ limits }: { limits: LimitsBody }) {
  const { t, locale } = useLanguage()
  const names = useConnectionNames()
  if (limits.connections === null && limits.locations === null) return null
  const list = new Intl.ListFormat(locale, { type: 'conjunction', style: 'narrow' })
  const say = (some: readonly string[] | null) =>
    some === null ? t('accounts.all') : some.length === 0 ? t('app.none') : list.format(some)
  const connections = limits.connections?.map((id) => names.get(id)?.name ?? '…') ?? null
  return (
    <span className="block text-xs break-words text-ink-2">
      {t('accounts.limitedTo', { connections: say(connections), locations: say(limits.locations) })}
    </span>
  )
}
