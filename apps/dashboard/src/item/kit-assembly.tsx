import type { KitAssembly, StockResult } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { fieldClass } from '../connect/connect-fields.tsx'
import { formatNumber } from '../format.ts'
import { assemblyQuery, hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { useActionKey } from '../warehouse-floor/use-action-key.ts'
import { atMostAt, chooseLocation, findScarcest, type How, readKits } from './assembly-entry.ts'
import { AssemblyParts } from './assembly-parts.tsx'
import { AssemblyProblem } from './assembly-problem.tsx'

/** Of a kit that is put together ahead: records that some were put together, or taken apart, at a location. */
export function KitAssemblyPanel({ sku }: { sku: string }) {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(assemblyQuery(sku))
  return (
    <Panel title={t('assembly.title')}>
      {!data && (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={4} />)}
      {data && data.locations.length === 0 && <p className="px-4 py-6 text-ink-2">{t('assembly.nowhere')}</p>}
      {data && data.locations.length > 0 && <AssemblyForm assembly={data} />}
    </Panel>
  )
}

type Done = { how: How; location: string; kits: number; result: StockResult }

function AssemblyForm({ assembly }: { assembly: KitAssembly }) {
  const { t, locale } = useLanguage()
  // A suggestion of the replenishment screen says how many, and where.
  const asked = useSearch({ from: '/items/$sku' })
  const [how, setHow] = useState<How>('assemble')
  const [chosen, setChosen] = useState(asked.at)
  const [kits, setKits] = useState(asked.kits === undefined ? '' : String(asked.kits))
  const [isAsking, setAsking] = useState(false)
  const [done, setDone] = useState<Done>()
  const key = useActionKey()
  const field = useRef<HTMLInputElement>(null)
  // Whoever comes by a suggestion comes for this, and it lies below the fold.
  const isAskedFor = asked.kits !== undefined
  useEffect(() => {
    if (isAskedFor) field.current?.focus()
  }, [isAskedFor])
  const record = useMutation({
    mutationFn: async (of: Omit<Done, 'result'>) => ({
      ...of,
      result: await hub.putTogether(
        of.how,
        { sku: assembly.sku, location: of.location, quantity: of.kits },
        key.current(),
      ),
    }),
    onSuccess: (recorded) => {
      key.next()
      setDone(recorded)
      setKits('')
    },
    onSettled: async () => {
      setAsking(false)
      await queryClient.invalidateQueries({ queryKey: ['items'] })
    },
  })
  const problem = useProblemText(record.error)
  const obstacle = how === 'assemble' ? assembly.cannotPutTogether : assembly.cannotTakeApart
  const location = chooseLocation(assembly, how, chosen)
  const place = assembly.locations.find(({ code }) => code === location)
  if (place === undefined) return null
  const atMost = atMostAt(place, how)
  const read = readKits(assembly, place, { how, location: place.code, kits })
  const scarcest = how === 'assemble' ? findScarcest(assembly, place) : undefined
  const count = typeof read === 'number' ? read : 0
  const n = formatNumber(locale, count)
  const names = { n, sku: assembly.sku, location: place.code }
  const change = (run: () => void) => {
    record.reset()
    // Another action, another key: what is asked for now was never sent.
    key.next()
    run()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (count > 0) setAsking(true)
  }
  return (
    <form onSubmit={submit} noValidate>
      <div className="grid gap-3 px-4 pt-3 pb-3">
        <fieldset className="flex flex-wrap gap-x-5 gap-y-1">
          <legend className="sr-only">{t('assembly.how')}</legend>
          {(['assemble', 'disassemble'] as const).map((each) => (
            <label key={each} className="flex min-h-8 items-center gap-2">
              <input
                type="radio"
                name="assembly-how"
                className="size-4.5"
                checked={how === each}
                onChange={() => change(() => setHow(each))}
              />
              {t(`assembly.${each}`)}
            </label>
          ))}
        </fieldset>
        {obstacle !== null ? (
          <p className="max-w-prose text-ink-2">
            {t(`assembly.obstacle.${obstacle.code}`, { sku: obstacle.sku })}
          </p>
        ) : (
          <div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_8rem]">
            <label className="min-w-0">
              <span className="font-medium">{t('assembly.location')}</span>
              <select
                className={fieldClass}
                value={place.code}
                onChange={({ target }) => change(() => setChosen(target.value))}
              >
                {assembly.locations.map((each) => (
                  <option key={each.code} value={each.code}>
                    {t('assembly.locationOption', {
                      code: each.code,
                      name: each.name,
                      n: formatNumber(locale, atMostAt(each, how)),
                    })}
                  </option>
                ))}
              </select>
            </label>
            <div>
              <label htmlFor="assembly-kits" className="font-medium">
                {t('assembly.kits')}
              </label>
              <input
                id="assembly-kits"
                ref={field}
                className={`${fieldClass} text-right`}
                inputMode="numeric"
                autoComplete="off"
                value={kits}
                aria-invalid={typeof read !== 'number' && read.kind !== 'none'}
                aria-describedby="assembly-at-most assembly-wrong"
                onChange={({ target }) => change(() => setKits(target.value))}
              />
            </div>
          </div>
        )}
        {obstacle === null && (
          <p id="assembly-at-most" className="text-xs text-ink-2">
            {t('assembly.atMost', { n: formatNumber(locale, atMost), location: place.code })}
            {scarcest !== undefined && <> · {t('assembly.limitedBy', { sku: scarcest.sku })}</>}
          </p>
        )}
        <div id="assembly-wrong" role="alert" className="empty:hidden">
          {obstacle === null && typeof read !== 'number' && (
            <AssemblyProblem wrong={read} how={how} location={place.code} />
          )}
          {record.isError && <p className="text-red">{problem}</p>}
        </div>
      </div>
      {obstacle === null && <AssemblyParts assembly={assembly} place={place} how={how} kits={count} />}
      {obstacle === null && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line px-4 py-3">
          <button type="submit" className="control control-strong" disabled={count === 0 || record.isPending}>
            {count === 0 ? t(`assembly.${how}`) : t(`assembly.action.${how}`, { n })}
          </button>
          <Recorded
            done={done}
            isBusy={record.isPending}
            onUndo={({ how: was, ...rest }) => {
              key.next()
              record.mutate({ ...rest, how: was === 'assemble' ? 'disassemble' : 'assemble' })
            }}
          />
        </div>
      )}
      <Confirm
        isOpen={isAsking}
        title={t(`assembly.ask.${how}`, names)}
        text={t(`assembly.askText.${how}`)}
        action={t(`assembly.action.${how}`, { n })}
        isBusy={record.isPending}
        onConfirm={() => record.mutate({ how, location: place.code, kits: count })}
        onClose={() => setAsking(false)}
      />
    </form>
  )
}

/** What was recorded last, and the way back. */
function Recorded(props: {
  done: Done | undefined
  isBusy: boolean
  onUndo: (of: Omit<Done, 'result'>) => void
}) {
  const { t, locale } = useLanguage()
  const { done } = props
  return (
    <div role="status" aria-live="polite" className="flex flex-wrap items-center gap-x-4 gap-y-1">
      {done !== undefined && (
        <>
          <span className="text-green">
            {t(`assembly.done.${done.how}`, {
              n: formatNumber(locale, done.kits),
              location: done.location,
              onHand: formatNumber(locale, done.result.onHand),
            })}
          </span>
          <button
            type="button"
            className="control"
            disabled={props.isBusy}
            onClick={() => props.onUndo({ how: done.how, location: done.location, kits: done.kits })}
          >
            {t(`assembly.undo.${done.how}`)}
          </button>
        </>
      )}
    </div>
  )
}
