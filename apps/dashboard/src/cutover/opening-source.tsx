import type { Cutover } from '@plimsoll/client'
import { useConnectionNames } from '../hub.ts'
import { useLanguage } from '../language.ts'

/** Whose numbers it takes, where they are not the connection's own: begun by a command. */
export function OpeningSource({ cutover }: { cutover: Cutover }) {
  const { t } = useLanguage()
  const names = useConnectionNames()
  const { sourceConnectionId, connectionId } = cutover
  if (sourceConnectionId === null) return <p>{t('opening.isFile')}</p>
  if (sourceConnectionId === connectionId) return null
  return <p>{t('opening.isOther', { name: names.get(sourceConnectionId)?.name ?? '' })}</p>
}
