import type { FaultSwitches } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { Switch } from 'radix-ui'
import { demoQuery, hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'

const faults = ['slow', 'duplicates', 'reordering', 'lostWebhooks', 'throttling', 'serverErrors'] as const

/** Only in the demo: the shops to buy in, and the faults to survive. */
export function DemoPanel() {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(demoQuery)
  const change = useMutation({
    mutationFn: (next: FaultSwitches) => hub.setFaults(next),
    onMutate: (next) => {
      queryClient.setQueryData(demoQuery.queryKey, (known) => known && { ...known, faults: next })
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: demoQuery.queryKey }),
  })
  return (
    <Panel title={t('overview.demo')} note={t('overview.demoNote')} className="max-xl:order-5">
      {!data && (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={3} />)}
      {data && (
        <div className="grid gap-x-8 gap-y-4 px-4 py-3 sm:grid-cols-[auto_1fr]">
          <div>
            <h3 className="text-xs text-ink-2">{t('overview.storefronts')}</h3>
            <ul className="mt-1 space-y-1">
              {data.storefronts.map((shop) => (
                <li key={shop.connectionId}>
                  <a
                    href={shop.url}
                    target="_blank"
                    rel="noreferrer"
                    className="link inline-flex min-h-7 items-center gap-1.5"
                  >
                    {shop.name}
                    <ExternalLink size={13} aria-hidden />
                    <span className="sr-only">{t('overview.opensNewTab')}</span>
                  </a>
                </li>
              ))}
            </ul>
          </div>
          <fieldset>
            <legend className="text-xs text-ink-2">{t('overview.faults')}</legend>
            <div className="mt-1 grid gap-x-6 gap-y-1.5 sm:grid-cols-2">
              {faults.map((fault) => (
                <label key={fault} htmlFor={`fault-${fault}`} className="flex min-h-6 items-center gap-2.5">
                  <Switch.Root
                    id={`fault-${fault}`}
                    checked={data.faults[fault]}
                    onCheckedChange={(checked) => change.mutate({ ...data.faults, [fault]: checked })}
                    className="relative h-5 w-9 shrink-0 rounded-full border border-line-2 bg-sunken data-[state=checked]:border-amber-fill data-[state=checked]:bg-amber-fill"
                  >
                    <Switch.Thumb className="block size-3.5 translate-x-[2px] rounded-full bg-ink-3 transition-transform data-[state=checked]:translate-x-[17px] data-[state=checked]:bg-white" />
                  </Switch.Root>
                  {t(`fault.${fault}`)}
                </label>
              ))}
            </div>
          </fieldset>
        </div>
      )}
    </Panel>
  )
}
