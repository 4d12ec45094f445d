import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Panel } from '../parts/panel.tsx'
import { enter } from './enter.ts'
import { Problem } from './entry-frame.tsx'
import { currentOrganization, leaveOrganization } from './organization.ts'
import { meQuery } from './queries.ts'

/** An owner deletes the brand with everything of it; its name, typed, confirms that they mean this one. */
export function DeleteBrand({ name }: { name: string }) {
  const { t } = useLanguage()
  const navigate = useNavigate()
  const { data: me } = useQuery({ ...meQuery, retry: false, retryOnMount: false })
  const [typed, setTyped] = useState('')
  const remove = useMutation({
    mutationFn: () => hub.deleteOrganization(typed),
    onSuccess: async () => {
      leaveOrganization(me?.organizations ?? [], currentOrganization())
      await navigate({ to: '/' })
      await enter()
    },
  })
  return (
    <Panel title={t('firstDay.delete')}>
      <form
        className="space-y-3 p-4"
        onSubmit={(event) => {
          event.preventDefault()
          remove.mutate()
        }}
      >
        <p className="max-w-[46rem] text-ink-2">{t('firstDay.deleteText')}</p>
        <label className="block">
          <span className="mb-1 block">{t('firstDay.deleteType', { name })}</span>
          <input
            className="control w-72 max-w-full"
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <button
          type="submit"
          className="control text-red"
          disabled={remove.isPending || typed.trim() !== name}
        >
          {t('firstDay.deleteDo')}
        </button>
        <Problem error={remove.error} />
      </form>
    </Panel>
  )
}
