import { useLanguage } from '../language.ts'
import { type InFeed, inFeeds } from './feed-fields.ts'
import { ChoiceField, LongField, TextField } from './terms-fields.tsx'
import { missingOf, type Transport, transports } from './transport.ts'

/** The way that files come and go, and what opens it. */
export function TransportFields(props: {
  transport: Transport
  /** Somebody tried to go on: what is missing is said. */
  isChecked: boolean
  onChange: (transport: Transport) => void
}) {
  const { transport, onChange } = props
  const { t } = useLanguage()
  return (
    <div className="space-y-4">
      <fieldset>
        <legend className="font-medium">{t('describe.transport')}</legend>
        <div className="mt-1 grid gap-2 sm:grid-cols-2 xl:grid-cols-3">
          {transports.map((kind) => (
            <label
              key={kind}
              className="flex items-start gap-2.5 rounded border border-line-2 p-3 has-checked:border-sea has-checked:bg-sea-soft"
            >
              <input
                type="radio"
                name="transport"
                checked={transport.kind === kind}
                onChange={() => onChange({ ...transport, kind })}
                className="mt-1 shrink-0"
              />
              <span>
                <span className="block font-medium">{t(`describe.transports.${kind}.title`)}</span>
                <span className="block text-ink-2">{t(`describe.transports.${kind}.text`)}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <Details {...props} />
    </div>
  )
}

function Details({ transport, isChecked, onChange }: Parameters<typeof TransportFields>[0]) {
  const { t } = useLanguage()
  const missing = isChecked ? missingOf(transport) : []
  const field = (name: Exclude<keyof Transport, 'polls'>) => ({
    id: `transport-${name}`,
    value: transport[name],
    label: t(`describe.access.${name}`),
    wrong: missing.includes(name) ? t('connect.missing') : undefined,
    onChange: (value: string) => onChange({ ...transport, [name]: value }),
  })
  const secret = { kind: 'password' as const, hint: t('connect.secretNote') }
  switch (transport.kind) {
    case 'upload':
      return null
    case 'sftp':
    case 'ftps':
      return (
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField {...field('host')} isCode />
          <TextField {...field('path')} isCode hint={t('describe.access.pathHint')} />
          <TextField {...field('user')} />
          <TextField {...field('password')} {...secret} />
          {transport.kind === 'sftp' && (
            <>
              <LongField {...field('privateKey')} hint={t('describe.access.privateKeyHint')} />
              <TextField {...field('passphrase')} {...secret} />
              <TextField {...field('hostKey')} isCode hint={t('describe.access.hostKeyHint')} />
            </>
          )}
        </div>
      )
    case 'folder':
      return <TextField {...field('folder')} isCode hint={t('describe.access.folderHint')} />
    case 'webhook':
      return (
        <div className="grid gap-3 sm:grid-cols-2">
          <ChoiceField
            {...field('webhook')}
            options={(['standard-webhooks', 'hmac-sha256', 'token'] as const).map((value) => ({
              value,
              label: t(`describe.signed.${value}`),
            }))}
          />
          {transport.webhook !== 'standard-webhooks' && <TextField {...field('webhookHeader')} isCode />}
          <TextField {...field('webhookSecret')} {...secret} />
          <p className="text-ink-2 sm:col-span-2">{t('describe.webhookLater')}</p>
        </div>
      )
    case 'polls':
      return (
        <div className="space-y-3">
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField {...field('baseUrl')} isCode hint="https://api.example.com/v1" />
            <ChoiceField
              {...field('proof')}
              options={(['bearer', 'basic', 'header'] as const).map((value) => ({
                value,
                label: t(`describe.proof.${value}`),
              }))}
            />
            {transport.proof === 'header' && <TextField {...field('proofHeader')} isCode />}
            {transport.proof === 'basic' && <TextField {...field('user')} />}
            <TextField {...field('apiSecret')} {...secret} />
          </div>
          <Polls transport={transport} onChange={onChange} />
        </div>
      )
    default: {
      const never: never = transport.kind
      return never
    }
  }
}

function Polls({ transport, onChange }: { transport: Transport; onChange: (transport: Transport) => void }) {
  const { t } = useLanguage()
  const set = (feed: InFeed, change: { path?: string; everyMinutes?: string }) => {
    const before = transport.polls[feed] ?? { path: '', everyMinutes: '15' }
    onChange({ ...transport, polls: { ...transport.polls, [feed]: { ...before, ...change } } })
  }
  return (
    <fieldset className="space-y-2">
      <legend className="font-medium">{t('describe.polls')}</legend>
      {inFeeds.map((feed) => (
        <div key={feed} className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_9rem]">
          <TextField
            id={`poll-${feed}`}
            label={t('describe.pollPath', { feed: t(`describe.feed.${feed}.title`) })}
            value={transport.polls[feed]?.path ?? ''}
            isCode
            onChange={(path) => set(feed, { path })}
          />
          <TextField
            id={`poll-every-${feed}`}
            label={t('describe.pollEvery')}
            value={transport.polls[feed]?.everyMinutes ?? '15'}
            kind="number"
            onChange={(everyMinutes) => set(feed, { everyMinutes })}
          />
        </div>
      ))}
    </fieldset>
  )
}
