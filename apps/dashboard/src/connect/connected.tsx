import type { ConnectionCheck } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import { useEffect } from 'react'
import { unprovenOf, warningsOf } from '../connections/check-words.ts'
import { NextStep } from '../first-day/next-step.tsx'
import { checkQuery, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useToldError } from './connect-problem.ts'
import { ImportListings } from './listing-import.tsx'
import { ToldBox } from './told.tsx'

/** What came of it: whose account it is, which rights are missing, and its listings, which are imported now. */
export function Connected(props: {
  connectionId: string
  name: string
  check: ConnectionCheck | undefined
  /** Of a connection that was there before: nothing is imported, all is as it was. */
  isAgain?: boolean
}) {
  const { connectionId, name } = props
  const { t } = useLanguage()
  const asked = useQuery({ ...checkQuery(connectionId), enabled: props.check === undefined })
  const check = props.check ?? asked.data
  const failed = useToldError(asked.error)
  useEffect(() => {
    void queryClient.invalidateQueries({
      predicate: ({ queryKey }) => queryKey[0] === 'connections' || queryKey[0] === 'overview',
    })
  }, [])
  return (
    <section aria-label={t('connect.title')} className="panel max-w-2xl space-y-4 p-4">
      <div className="flex gap-3">
        <CircleCheck size={22} className="mt-0.5 shrink-0 text-green" aria-hidden />
        <div className="min-w-0" role="status">
          <h2 className="text-base font-semibold break-words">
            {t('connect.doneTitle', { account: check?.account ?? name })}
          </h2>
          <p className="text-ink-2">
            {t(props.isAgain === true ? 'connect.reconnectedText' : 'connect.doneText', { name })}
          </p>
        </div>
      </div>
      {check ? <CheckResult check={check} /> : asked.isError ? <ToldBox told={failed} /> : <Asking />}
      {props.isAgain !== true && <ImportListings connectionId={connectionId} startsByItself />}
      {props.isAgain !== true && <NextStep />}
      <Link to="/connections/$id" params={{ id: connectionId }} className="control">
        {t('connect.toConnection')}
      </Link>
    </section>
  )
}

function Asking() {
  const { t } = useLanguage()
  return (
    <p role="status" className="text-ink-2">
      {t('connect.checking')}
    </p>
  )
}

/** Whether it is known whose account it is, rights as the platform names them, and what it says a person should know. */
export function CheckResult({ check }: { check: ConnectionCheck }) {
  const { t, language } = useLanguage()
  const unproven = unprovenOf(check, language)
  return (
    <>
      {unproven !== undefined && (
        <div role="alert" className="border-l-2 border-amber-fill bg-amber-soft px-3 py-2">
          <p className="flex items-center gap-2 font-semibold">
            <TriangleAlert size={15} className="shrink-0" aria-hidden />
            {t('connect.unprovenTitle')}
          </p>
          <p className="my-1 break-words">{unproven}</p>
          <p className="text-ink-2">{t('connect.unprovenText')}</p>
        </div>
      )}
      {check.missingScopes.length === 0 ? (
        <p>{t('connect.allRights')}</p>
      ) : (
        <div role="alert" className="border-l-2 border-amber-fill bg-amber-soft px-3 py-2">
          <p className="flex items-center gap-2 font-semibold">
            <TriangleAlert size={15} className="shrink-0" aria-hidden />
            {t('connect.missingTitle')}
          </p>
          <ul className="my-1 list-disc ps-6">
            {check.missingScopes.map((scope) => (
              <li key={scope}>
                <code className="break-all">{scope}</code>
              </li>
            ))}
          </ul>
          <p className="text-ink-2">{t('connect.missingText')}</p>
        </div>
      )}
      {check.warnings.length > 0 && (
        <div>
          <p className="font-medium">{t('connect.warningsTitle')}</p>
          <ul className="list-disc ps-6 text-ink-2">
            {warningsOf(check, language).map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  )
}
