import { useQuery } from '@tanstack/react-query'
import { actorsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'

/** A person or an API key by name, where the hub calls them by their id; what is no person, in the reader's words. */
export function useActorName(): (actor: string) => string {
  const { t } = useLanguage()
  const { data, isPending } = useQuery(actorsQuery)
  return (actor) => {
    const kind = /^(user|key):/.exec(actor)?.[1]
    if (kind === undefined) return t(`actor.${actor}`, { defaultValue: actor })
    const known = data?.rows.find((row) => row.actor === actor)
    if (isPending) return '…'
    // Whoever has left is known no more, and an id says nothing to anybody.
    return known?.name ?? t(`actor.some-${kind}`)
  }
}
