import { fileLink } from '../file-link.ts'
import { useLanguage } from '../language.ts'
import { Panel } from '../parts/panel.tsx'

/** Everything of the organization as one file: the browser saves it while the hub writes it, shows how far it is, and stops it. */
export function TakeAlong() {
  const { t } = useLanguage()
  return (
    <Panel title={t('accounts.takeAlong')}>
      <div className="flex flex-wrap items-center justify-between gap-3 p-4">
        <p className="max-w-prose text-ink-2">{t('accounts.takeAlongText')}</p>
        <a className="control" href={fileLink('/organization/export')} download>
          {t('accounts.takeAlongDo')}
        </a>
      </div>
    </Panel>
  )
}
