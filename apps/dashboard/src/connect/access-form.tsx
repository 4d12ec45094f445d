import type { ConnectionCheck, ConnectorList, GrantBegun } from '@plimsoll/client'
import { ApiProblem } from '@plimsoll/client/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import { hub, locationsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useMadeName } from '../parts/made-name.ts'
import { ConnectFields, described, type Fault, fieldClass, Labelled } from './connect-fields.tsx'
import { bodyOf, emptyOf, faultyField, missingIn, type Section, type Typed } from './connect-form.ts'
import { useToldError } from './connect-problem.ts'
import { HowChoice } from './how-choice.tsx'
import { ToldBox } from './told.tsx'

export type ConnectorForms = ConnectorList['rows'][number]
export type Made = { connectionId: string; check: ConnectionCheck | undefined }
export type How = 'page' | 'typed'

/**
 * What a person fills in to connect a platform, or to connect it again: the shop, and what proves the hub, which is
 * either given on the platform's own page or typed in here.
 */
export function AccessForm(props: {
  connector: ConnectorForms
  /** Of a connection that is connected again: its shop stays. */
  connectionId?: string
  onMade: (made: Made) => void
  onBegun: (grant: GrantBegun) => void
}) {
  const { connector, connectionId } = props
  const { t } = useLanguage()
  const nameOf = useMadeName()
  const form = useRef<HTMLFormElement>(null)
  const [how, setHow] = useState<How>(connector.grant === undefined ? 'typed' : 'page')
  const sections = sectionsOf(connector, how, connectionId !== undefined)
  const [typed, setTyped] = useState<Typed>(() => ({
    ...emptyOf([...sections, { part: 'credentials', fields: connector.credentials }]),
    name: nameOf('madeConnector', connector.name),
    location: '',
  }))
  const [missing, setMissing] = useState<readonly string[]>([])
  const locations = useQuery({ ...locationsQuery, enabled: connectionId === undefined })
  const places = locations.data?.rows ?? []
  // The only one there is is the one meant.
  const location = String(typed.location) || (places.length === 1 ? places[0]?.code : undefined) || ''

  const send = useMutation({
    mutationFn: () => submit({ connector, connectionId, how, sections, typed: { ...typed, location } }),
    onSuccess: (result) => ('url' in result ? props.onBegun(result) : props.onMade(result)),
    onError: (error) => focusOn(fieldOfError(error, sections)),
  })
  const focusOn = (key: string | undefined) => {
    if (key === undefined) return
    form.current?.querySelector<HTMLElement>(`[id="${CSS.escape(key)}"]`)?.focus()
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    const own =
      connectionId === undefined ? [!String(typed.name).trim() && 'name', !location && 'location'] : []
    const found = [...own.filter((each) => typeof each === 'string'), ...missingIn(sections, typed)]
    setMissing(found)
    send.reset()
    if (found.length === 0) send.mutate()
    else focusOn(found[0])
  }
  const onType = (key: string, value: Typed[string]) => {
    setTyped({ ...typed, [key]: value })
    setMissing(missing.filter((each) => each !== key))
  }
  const told = useToldError(send.error)
  const faulty = fieldOfError(send.error, sections)
  const faults: Fault[] = [
    ...missing.map((key) => ({ key, text: t('connect.missing'), words: undefined })),
    ...(send.isError && faulty !== undefined ? [{ key: faulty, ...told }] : []),
  ]
  const faultOf = (key: string) => faults.find((each) => each.key === key)
  const shop = sections.find(({ part }) => part === 'settings')
  const access = sections.find(({ part }) => part !== 'settings')
  return (
    <form ref={form} noValidate onSubmit={onSubmit} className="panel max-w-2xl divide-y divide-line">
      {connectionId === undefined && (
        <Part title={t('connect.settings')}>
          <Labelled
            id="name"
            title={t('connect.nameLabel')}
            help={t('connect.nameHelp')}
            fault={faultOf('name')}
          >
            <input
              id="name"
              value={String(typed.name)}
              maxLength={100}
              autoComplete="off"
              aria-required
              aria-invalid={faultOf('name') !== undefined}
              aria-describedby={described('name', 'x', faultOf('name'))}
              onChange={(event) => onType('name', event.target.value)}
              className={fieldClass}
            />
          </Labelled>
          <Labelled
            id="location"
            title={t('connect.locationLabel')}
            help={t('connect.locationHelp')}
            fault={faultOf('location')}
          >
            <select
              id="location"
              value={location}
              aria-required
              aria-invalid={faultOf('location') !== undefined}
              aria-describedby={described('location', 'x', faultOf('location'))}
              onChange={(event) => onType('location', event.target.value)}
              className={fieldClass}
            >
              {location === '' && <option value="">{t('connect.choose')}</option>}
              {places.map(({ code, name }) => (
                <option key={code} value={code}>
                  {name} ({code})
                </option>
              ))}
            </select>
          </Labelled>
          {shop && <ConnectFields section={shop} typed={typed} faults={faults} onType={onType} />}
        </Part>
      )}
      <Part title={t('connect.access')}>
        {connector.grant !== undefined && (
          <HowChoice
            name={nameOf('madeConnector', connector.name)}
            how={how}
            onChoose={(next) => {
              setHow(next)
              setMissing([])
              send.reset()
            }}
          />
        )}
        {access && access.fields.length > 0 ? (
          <ConnectFields section={access} typed={typed} faults={faults} onType={onType} />
        ) : (
          <p className="text-ink-2">{t('connect.nothingNeeded')}</p>
        )}
      </Part>
      <div className="space-y-3 p-4">
        {send.isError && faulty === undefined && <ToldBox told={told} />}
        <div className="flex flex-wrap items-center gap-3">
          <button type="submit" className="control control-strong" disabled={send.isPending}>
            {how === 'page'
              ? t('connect.toPage', { name: nameOf('madeConnector', connector.name) })
              : t('connect.action')}
          </button>
          <p role="status" className="text-ink-2">
            {send.isPending && t(how === 'page' ? 'connect.beginning' : 'connect.trying')}
          </p>
        </div>
      </div>
    </form>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="space-y-4 p-4">
      <h2 className="font-semibold">{title}</h2>
      {children}
    </section>
  )
}

/** What is asked for. Connected again, what the platform's page needs is known already: it is typed only to change it. */
function sectionsOf(connector: ConnectorForms, how: How, isAgain: boolean): Section[] {
  const { settings, credentials, grant = [] } = connector
  const given = isAgain ? grant.map((field) => ({ ...field, required: false })) : grant
  const access: Section =
    how === 'page' ? { part: 'given', fields: given } : { part: 'credentials', fields: credentials }
  return isAgain ? [access] : [{ part: 'settings', fields: settings }, access]
}

async function submit(filled: {
  connector: ConnectorForms
  connectionId: string | undefined
  how: How
  sections: readonly Section[]
  typed: Typed
}): Promise<GrantBegun | Made> {
  const { connector, connectionId, how, sections, typed } = filled
  const of = (part: Section['part']) => {
    const section = sections.find((each) => each.part === part)
    return section === undefined ? {} : bodyOf(section, typed)
  }
  if (connectionId !== undefined) {
    if (how === 'page')
      return await hub.beginGrant({ connector: connector.id, connectionId, given: of('given') })
    return { connectionId, check: await hub.replaceCredentials(connectionId, of('credentials')) }
  }
  const made = {
    connector: connector.id,
    name: String(typed.name).trim(),
    location: String(typed.location),
    settings: of('settings'),
  }
  return how === 'page'
    ? await hub.beginGrant({ ...made, given: of('given') })
    : await hub.connect({ ...made, credentials: of('credentials') })
}

function fieldOfError(error: unknown, sections: readonly Section[]): string | undefined {
  return error instanceof ApiProblem ? faultyField(sections, error.problem.field) : undefined
}
