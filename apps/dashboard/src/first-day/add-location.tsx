import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Problem } from '../accounts/entry-frame.tsx'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { toCode } from './location-code.ts'

/** The first place of a brand: a name is enough to begin with. */
export function AddLocation() {
  const { t } = useLanguage()
  const [name, setName] = useState('')
  const add = useMutation({
    mutationFn: () =>
      hub.createLocation({
        code: toCode(name),
        name: name.trim(),
        kind: 'warehouse',
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      }),
    onSuccess: () =>
      queryClient.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] === 'overview' || queryKey[0] === 'locations',
      }),
  })
  return (
    <form
      className="flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        add.mutate()
      }}
    >
      <input
        aria-label={t('firstDay.locationName')}
        placeholder={t('firstDay.locationName')}
        className="control w-64 max-w-full"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="control control-strong" disabled={add.isPending || name.trim() === ''}>
        {t('firstDay.add')}
      </button>
      <Problem error={add.error} />
    </form>
  )
}
