import type { SerialRow } from '@plimsoll/client'
import { useLanguage } from '../language.ts'
import { type Shape, Standing } from '../parts/standing.tsx'

const shapeOf: Record<SerialRow['state'], Shape> = {
  'in-stock': 'good',
  held: 'waiting',
  shipped: 'gone',
  removed: 'none',
}

export function SerialState({ state }: { state: SerialRow['state'] }) {
  const { t } = useLanguage()
  return <Standing shape={shapeOf[state]}>{t(`serials.state.${state}`)}</Standing>
}
