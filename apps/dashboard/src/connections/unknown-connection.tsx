import { Link } from '@tanstack/react-router'
import { useLanguage } from '../language.ts'
import { Empty } from '../parts/notice.tsx'

/** All that a screen of one connection says where there is none of this id. */
export function UnknownConnection() {
  const { t } = useLanguage()
  return (
    <Empty isPage title={t('connections.unknownTitle')} cure={t('connections.unknownCure')}>
      <Link to="/connections" className="control">
        {t('connections.title')}
      </Link>
    </Empty>
  )
}
