import type { CustomerReturnShape, InboundShipmentShape, StockCountShape } from '@plimsoll/client'
import type { Shape } from '../parts/standing.tsx'

/** The shape beside a document's state, so that it does not rest on the colour alone. */
export const shapeOfInbound: Record<InboundShipmentShape['state'], Shape> = {
  expected: 'waiting',
  'partly-received': 'waiting',
  received: 'good',
  closed: 'good',
  cancelled: 'none',
}
export const shapeOfReturn: Record<CustomerReturnShape['state'], Shape> = {
  announced: 'waiting',
  'partly-inspected': 'waiting',
  closed: 'good',
  cancelled: 'none',
}
export const shapeOfCount: Record<StockCountShape['state'], Shape> = {
  counting: 'waiting',
  approved: 'waiting',
  posted: 'good',
  cancelled: 'none',
}
