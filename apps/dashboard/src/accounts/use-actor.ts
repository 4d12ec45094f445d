import { useQuery } from '@tanstack/react-query'
import { useLanguage } from '../language.ts'
import { membersQuery, meQuery } from './queries.ts'

/** Says who did something: members by their names, and never by an id. */
export function useActor(): (actor: string) => string {
  const { t } = useLanguage()
  const { data: me } = useQuery({ ...meQuery, retry: false, retryOnMount: false })
  const { data: members } = useQuery({ ...membersQuery, enabled: me?.kind === 'person' })
  return (actor) => {
    const [kind, id] = actor.split(':')
    if (id === undefined) return t(`actor.${actor}`, { defaultValue: actor })
    if (kind === 'user')
      return members?.rows.find(({ personId }) => personId === id)?.name ?? t('actor.formerMember')
    return kind === 'key' ? t('actor.key') : actor
  }
}
