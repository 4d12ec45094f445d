import type { OrderRow } from '@plimsoll/client'
import { useHubNow } from '../clock.ts'
import { useLanguage } from '../language.ts'
import { Standing } from '../parts/standing.tsx'
import { wordOf } from './order-standing.ts'

/** Where an order is, in a word and its shape. */
export function OrderWord({ order }: { order: OrderRow }) {
  const { t } = useLanguage()
  const { word, shape } = wordOf(order, useHubNow())
  return <Standing shape={shape}>{t(`orders.word.${word}`)}</Standing>
}
