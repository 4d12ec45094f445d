import type { ConnectionRow } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { formatMoment } from '../format.ts'
import { connectorsQuery, hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useProblemText } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'

/** Whether the hub sends a channel's orders; a warehouse has none of its own. */
export function ShipsOrders({ row }: { row: ConnectionRow }) {
  const { t, locale } = useLanguage()
  const connectors = useQuery(connectorsQuery).data?.rows
  const [isAsking, setAsking] = useState(false)
  const isOn = row.shipsOrdersFrom !== null
  const change = useMutation({
    mutationFn: () => hub.setShipsOrders(row.connectionId, !isOn),
    onSuccess: async () => {
      setAsking(false)
      await queryClient.invalidateQueries({ queryKey: ['connections'] })
    },
  })
  const problem = useProblemText(change.error)
  if (connectors?.find(({ id }) => id === row.connector)?.kind !== 'channel') return null
  return (
    <Panel title={t('shipsOrders.title')}>
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
        <p>
          {row.shipsOrdersFrom === null
            ? t('shipsOrders.byOthers')
            : t('shipsOrders.byHub', { time: formatMoment(locale, row.shipsOrdersFrom) })}
        </p>
        <button type="button" className="control" onClick={() => setAsking(true)}>
          {t(isOn ? 'shipsOrders.off' : 'shipsOrders.on')}
        </button>
      </div>
      <Confirm
        isOpen={isAsking}
        title={t(isOn ? 'shipsOrders.offTitle' : 'shipsOrders.onTitle', { name: row.name })}
        text={t(isOn ? 'shipsOrders.offText' : 'shipsOrders.onText')}
        action={t(isOn ? 'shipsOrders.off' : 'shipsOrders.on')}
        isBusy={change.isPending}
        onConfirm={() => change.mutate()}
        onClose={() => {
          change.reset()
          setAsking(false)
        }}
      >
        {problem !== '' && (
          <p role="alert" className="mt-3 text-red">
            {problem}
          </p>
        )}
      </Confirm>
    </Panel>
  )
}
