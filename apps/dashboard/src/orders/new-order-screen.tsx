import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { type FormEvent, useRef, useState } from 'react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { hub, locationsQuery, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { DraftLines } from './draft-lines.tsx'
import { ItemPicker } from './item-picker.tsx'
import {
  type Draft,
  emptyDraft,
  hindranceOf,
  orderKinds,
  recipientFields,
  shortOf,
  toDraftLine,
  toNewOrder,
} from './order-draft.ts'

const fieldClass = 'mt-1 h-10 w-full rounded border border-line-2 bg-surface px-2.5 text-ink'

/** An order that no channel knows of: what, how many, for whom, and from where. What is free shows as one types. */
export function NewOrderScreen() {
  const { t } = useLanguage()
  const navigate = useNavigate()
  const locations = useQuery(locationsQuery).data?.rows ?? []
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  // Pressed twice it is made once.
  const [key] = useState(() => crypto.randomUUID())
  // `isPending` is known to the next render only, and the second of two presses comes before it.
  const isSent = useRef(false)
  const [isTold, setTold] = useState(false)
  const set = (more: Partial<Draft>) => setDraft((now) => ({ ...now, ...more }))
  const add = useMutation({
    mutationFn: async (code: string) => {
      const { item, unit } = await hub.itemByCode(code)
      const page = await hub.items({ search: item.sku, limit: 20 })
      const stock = page.rows.find(({ sku }) => sku === item.sku)
      // Read before, or what lies at a place that is not known by its code yet would count as nothing there.
      const { rows: places } = await queryClient.ensureQueryData(locationsQuery)
      const codes = new Map(places.map((each) => [each.locationId, each.code]))
      return toDraftLine(item, stock, codes, unit)
    },
    onSuccess: (line) => setDraft((now) => ({ ...now, lines: [...now.lines, line] })),
  })
  const make = useMutation({
    mutationFn: () => hub.createOrder(toNewOrder(draft), key),
    onSuccess: (order) => {
      // Not waited for: the stream may begin what is read anew again and again, and nobody would get to the order.
      void queryClient.invalidateQueries({ queryKey: ['overview'] })
      void navigate({ to: '/orders/$order', params: { order: order.orderId } })
    },
    onError: () => {
      isSent.current = false
    },
  })
  const hindrance = hindranceOf(draft)
  const notFound = useProblemText(add.error)
  const problem = useProblemText(make.error)
  const isShort = draft.lines.some((line) => shortOf(line, draft) > 0)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTold(true)
    if (hindrance !== undefined || isSent.current) return
    isSent.current = true
    make.mutate()
  }
  return (
    <>
      <Link to="/orders" className="link mb-2 inline-flex min-h-7 items-center gap-1">
        <ArrowLeft size={15} aria-hidden />
        {t('orders.back')}
      </Link>
      <h1 className="mb-4">{t('newOrder.title')}</h1>
      <OnlyFor needs="operator">
        <form
          onSubmit={submit}
          className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(20rem,26rem)]"
        >
          <div className="grid min-w-0 gap-4">
            <Panel title={t('newOrder.what')}>
              <div className="border-b border-line px-4 py-3">
                <ItemPicker onCode={(code) => add.mutate(code)} isBusy={add.isPending} />
                {notFound !== '' && (
                  <p role="alert" className="mt-2 text-red">
                    {notFound}
                  </p>
                )}
              </div>
              <DraftLines draft={draft} onLines={(lines) => set({ lines })} />
            </Panel>
            <Recipient draft={draft} onChange={set} />
          </div>
          <Panel title={t('newOrder.how')}>
            <div className="grid grid-cols-1 gap-3 px-4 py-3">
              <fieldset className="grid grid-cols-2 gap-2">
                <legend className="mb-1 font-medium">{t('newOrder.kind')}</legend>
                {orderKinds.map((kind) => (
                  <label key={kind} className="flex min-h-8 items-center gap-2">
                    <input
                      type="radio"
                      name="kind"
                      checked={draft.kind === kind}
                      onChange={() => set({ kind })}
                    />
                    {t(`newOrder.kinds.${kind}`)}
                  </label>
                ))}
              </fieldset>
              <p className="text-xs text-ink-2">{t(`newOrder.kindHint.${draft.kind}`)}</p>
              <label>
                <span className="font-medium">{t('newOrder.location')}</span>
                <select
                  value={draft.location}
                  onChange={({ target }) => set({ location: target.value })}
                  className={fieldClass}
                >
                  <option value="">
                    {t(draft.kind === 'point-of-sale' ? 'newOrder.choose' : 'newOrder.byRules')}
                  </option>
                  {locations.map(({ code, name }) => (
                    <option key={code} value={code}>
                      {code} – {name}
                    </option>
                  ))}
                </select>
              </label>
              {draft.kind !== 'point-of-sale' && (
                <label>
                  <span className="font-medium">{t('newOrder.shipBy')}</span>
                  <input
                    type="date"
                    value={draft.shipBy}
                    onChange={({ target }) => set({ shipBy: target.value })}
                    className={fieldClass}
                  />
                </label>
              )}
              <label>
                <span className="font-medium">{t('newOrder.number')}</span>
                <input
                  value={draft.number}
                  maxLength={100}
                  placeholder={t('newOrder.numberHint')}
                  onChange={({ target }) => set({ number: target.value })}
                  className={`${fieldClass} placeholder:text-ink-3`}
                />
              </label>
              <label>
                <span className="font-medium">{t('newOrder.reference')}</span>
                <input
                  value={draft.reference}
                  maxLength={200}
                  onChange={({ target }) => set({ reference: target.value })}
                  className={fieldClass}
                />
              </label>
              <label>
                <span className="font-medium">{t('orders.note')}</span>
                <input
                  value={draft.note}
                  maxLength={1000}
                  onChange={({ target }) => set({ note: target.value })}
                  className={fieldClass}
                />
              </label>
              {(isShort || draft.backorder) && (
                <label className="flex items-baseline gap-2 rounded border border-amber-fill bg-amber-soft px-3 py-2 text-amber">
                  <input
                    type="checkbox"
                    checked={draft.backorder}
                    onChange={({ target }) => set({ backorder: target.checked })}
                  />
                  <span>
                    {t(draft.kind === 'point-of-sale' ? 'newOrder.soldAnyway' : 'newOrder.backorder')}
                  </span>
                </label>
              )}
              <button type="submit" className="control control-strong min-h-11" disabled={make.isPending}>
                {t(draft.kind === 'point-of-sale' ? 'newOrder.sold' : 'newOrder.make')}
              </button>
              {isTold && hindrance !== undefined && (
                <p role="alert" className="text-red">
                  {t(`newOrder.hindrance.${hindrance}`)}
                </p>
              )}
              {problem !== '' && (
                <p role="alert" className="text-red">
                  {problem}
                </p>
              )}
            </div>
          </Panel>
        </form>
      </OnlyFor>
    </>
  )
}

function Recipient({ draft, onChange }: { draft: Draft; onChange: (more: Partial<Draft>) => void }) {
  const { t } = useLanguage()
  return (
    <Panel title={t('newOrder.toWhom')}>
      <div className="grid grid-cols-1 gap-3 px-4 py-3">
        <p className="text-ink-2">{t('newOrder.toWhomHint')}</p>
        <div className="grid gap-3 sm:grid-cols-2">
          {recipientFields.map((field) => (
            <label key={field} className={field === 'address' || field === 'address2' ? 'sm:col-span-2' : ''}>
              <span className="font-medium">{t(`newOrder.recipient.${field}`)}</span>
              <input
                value={draft.recipient[field]}
                maxLength={field === 'country' ? 2 : 200}
                autoComplete="off"
                placeholder={field === 'country' ? 'DE' : undefined}
                onChange={({ target }) =>
                  onChange({ recipient: { ...draft.recipient, [field]: target.value } })
                }
                className={`${fieldClass} placeholder:text-ink-3`}
              />
            </label>
          ))}
        </div>
      </div>
    </Panel>
  )
}
