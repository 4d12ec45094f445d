import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { FlaskConical } from 'lucide-react'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { enter } from './enter.ts'
import { Problem } from './entry-frame.tsx'
import { currentOrganization, leaveOrganization } from './organization.ts'
import { meQuery } from './queries.ts'

/** On every screen of a sample brand, so that nobody takes it for a real one; and the way out of it. */
export function SampleBanner() {
  const { t } = useLanguage()
  const navigate = useNavigate()
  const { data: me } = useQuery({ ...meQuery, retry: false, retryOnMount: false })
  const current = me?.organizations.find(({ organizationId }) => organizationId === currentOrganization())
  const wipe = useMutation({
    mutationFn: (name: string) => hub.deleteOrganization(name),
    onSuccess: async () => {
      leaveOrganization(me?.organizations ?? [], current?.organizationId)
      await navigate({ to: '/' })
      await enter()
    },
  })
  if (current?.isSample !== true) return null
  return (
    <section
      aria-label={t('firstDay.sampleTitle')}
      className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md border-2 border-dashed border-amber-fill bg-amber-soft px-4 py-2 text-amber print:border-solid"
    >
      <FlaskConical size={17} className="shrink-0" aria-hidden />
      <p className="min-w-0 flex-1 font-semibold">{t('firstDay.banner')}</p>
      {current.role === 'owner' && (
        <button
          type="button"
          className="control print:hidden"
          disabled={wipe.isPending}
          onClick={() => wipe.mutate(current.name)}
        >
          {t('firstDay.wipe')}
        </button>
      )}
      <Problem error={wipe.error} />
    </section>
  )
}
