import type { LimitsBody } from '@plimsoll/client/client'
import { useQuery } from '@tanstack/react-query'
import { connectionsQuery, locationsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'

export const NO_LIMITS: LimitsBody = { connections: null, locations: null }

/** What somebody may change beside their role: all, or some connections and locations. */
export function LimitsField({
  value,
  onChange,
}: {
  value: LimitsBody
  onChange: (value: LimitsBody) => void
}) {
  const { t } = useLanguage()
  const { data: connections } = useQuery(connectionsQuery)
  const { data: locations } = useQuery(locationsQuery)
  return (
    <fieldset className="grid gap-4 sm:grid-cols-2">
      <legend className="sr-only">{t('accounts.limits')}</legend>
      <Choices
        title={t('accounts.limitConnections')}
        all={connections?.rows.map(({ connectionId, name }) => [connectionId, name]) ?? []}
        chosen={value.connections}
        onChange={(chosen) => onChange({ ...value, connections: chosen })}
      />
      <Choices
        title={t('accounts.limitLocations')}
        all={locations?.rows.map(({ code, name }) => [code, `${name} (${code})`]) ?? []}
        chosen={value.locations}
        onChange={(chosen) => onChange({ ...value, locations: chosen })}
      />
    </fieldset>
  )
}

function Choices(props: {
  title: string
  all: [key: string, name: string][]
  chosen: string[] | null
  onChange: (chosen: string[] | null) => void
}) {
  const { t } = useLanguage()
  const { title, all, chosen, onChange } = props
  const toggle = (key: string) => {
    const now = chosen ?? []
    onChange(now.includes(key) ? now.filter((each) => each !== key) : [...now, key])
  }
  return (
    <div>
      <p className="font-medium">{title}</p>
      <label className="mt-1 flex min-h-8 items-center gap-2">
        <input
          type="checkbox"
          checked={chosen === null}
          onChange={() => onChange(chosen === null ? [] : null)}
        />
        {t('accounts.allOfThem')}
      </label>
      {chosen !== null && all.length > 0 && (
        <ul className="max-h-40 overflow-auto rounded border border-line px-3 py-1" tabIndex={-1}>
          {all.map(([key, name]) => (
            <li key={key}>
              <label className="flex min-h-8 items-center gap-2">
                <input type="checkbox" checked={chosen.includes(key)} onChange={() => toggle(key)} />
                <span className="truncate">{name}</span>
              </label>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
