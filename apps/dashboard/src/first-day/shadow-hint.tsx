import { Link } from '@tanstack/react-router'
import { useLanguage } from '../language.ts'

/** On the page of a connection that writes nothing yet: what its buttons lead to, and where its numbers come from. */
export function ShadowHint({ connectionId }: { connectionId: string }) {
  const { t } = useLanguage()
  return (
    <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2 border-l-2 border-sea bg-sea-soft px-3 py-2">
      <p className="min-w-0 flex-1 basis-72">{t('firstDay.shadowHint')}</p>
      <p className="flex flex-wrap gap-2">
        <Link to="/connections/$id/opening" params={{ id: connectionId }} className="control control-strong">
          {t('opening.open')}
        </Link>
        <Link to="/connections/$id/shadow" params={{ id: connectionId }} className="control">
          {t('firstDay.shadowReport')}
        </Link>
        <Link to="/counts" className="control">
          {t('firstDay.countStock')}
        </Link>
      </p>
    </div>
  )
}
