import type { LotDetail } from '@plimsoll/client'
import { useHubNow } from '../clock.ts'
import { useLanguage } from '../language.ts'
import { type Shape, Standing } from '../parts/standing.tsx'
import { type LotStanding, standingOf } from './lot-standing.ts'

const shapeOf: Record<LotStanding, Shape> = {
  released: 'good',
  quarantined: 'waiting',
  recalled: 'bad',
  expired: 'late',
}

export function LotStatus({ lot }: { lot: Pick<LotDetail, 'status' | 'expiresOn' | 'balances'> }) {
  const { t } = useLanguage()
  const standing = standingOf(lot, useHubNow())
  return <Standing shape={shapeOf[standing]}>{t(`lots.status.${standing}`)}</Standing>
}
