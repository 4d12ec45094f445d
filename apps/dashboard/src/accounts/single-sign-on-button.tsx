import { useMutation, useQuery } from '@tanstack/react-query'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Problem } from './entry-frame.tsx'
import { setupQuery } from './queries.ts'

/** Those that have words of their own; of all others it is said that it did not work, and which it was. */
const reasons = [
  ...['address-missing', 'address-not-verified', 'domain-not-allowed', 'not-invited', 'tied-to-another'],
  ...['account-not-linked', 'single-sign-on-off', 'single-sign-on-needed', 'provider-unreachable'],
  ...['invalid-code', 'unable-to-get-user-info', 'issuer-mismatch', 'state-mismatch', 'state-not-found'],
  ...['please-restart-the-process', 'access-denied'],
]

/** The button of the provider, where the hub has one, and why somebody came back from there without being let in. */
export function SingleSignOnButton({ callbackURL }: { callbackURL?: string }) {
  const { t } = useLanguage()
  const { data: setup } = useQuery(setupQuery)
  const leave = useMutation({
    mutationFn: () => hub.leaveForProvider(callbackURL ?? placeWanted()),
    onSuccess: ({ url }) => location.assign(url),
  })
  const name = setup?.singleSignOn ?? null
  const reason = new URLSearchParams(location.search).get('error')
  if (name === null && reason === null) return null
  return (
    <div className="mb-4 space-y-3 border-b border-line pb-4">
      {reason !== null && !leave.isPending && <Reason reason={reason} />}
      {name !== null && (
        <button
          type="button"
          className="control w-full justify-center"
          onClick={() => leave.mutate()}
          disabled={leave.isPending || leave.isSuccess}
        >
          {t('sso.signInWith', { name })}
        </button>
      )}
      <Problem error={leave.error} />
    </div>
  )
}

function Reason({ reason }: { reason: string }) {
  const { t } = useLanguage()
  // It stands in an address that anybody may write: only words of our own are shown.
  const code = /^[a-z-]{1,40}$/.test(reason) ? reason : '?'
  return (
    <p role="alert" className="rounded border border-red/40 bg-red-soft px-3 py-2">
      {reasons.includes(code) ? t(`sso.problem.${code}`) : t('sso.problem.other', { code })}
    </p>
  )
}

/** The page that is in the address, without why it could not be shown before. */
function placeWanted(): string {
  const wanted = new URLSearchParams(location.search)
  wanted.delete('error')
  const query = wanted.toString()
  return `${location.pathname}${query === '' ? '' : `?${query}`}`
}
