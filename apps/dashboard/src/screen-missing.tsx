import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { useLanguage } from './language.ts'
import { Empty } from './parts/notice.tsx'

/** A screen's file cannot be had: the hub is away, or was updated and has another one now. */
export class ScreenMissing extends Error {}

/** An address that no screen has. */
export function NotFound() {
  const { t } = useLanguage()
  return (
    <Empty isPage title={t('app.notFound')} cure={t('app.notFoundCure')}>
      <Link to="/" className="control">
        {t('nav.overview')}
      </Link>
    </Empty>
  )
}
/** A screen that failed. */
export function Broken({ error }: ErrorComponentProps) {
  const { t } = useLanguage()
  const isMissing = error instanceof ScreenMissing
  return (
    <Empty
      isPage
      title={t(isMissing ? 'app.missing' : 'app.crashed')}
      cure={t(isMissing ? 'app.missingCure' : 'app.crashedCure')}
    >
      <button type="button" className="control" onClick={() => location.reload()}>
        {t('app.reload')}
      </button>
    </Empty>
  )
}
