import { randomUUID } from 'node:crypto'
import type { Answer, ServedHub } from './served-hub.ts'

/** Commands of the first organization about the second's items and reservations. */
export function stockWrites(
  ask: ServedHub['ask'],
  { mark, reservationId }: { mark: string; reservationId: string },
): Record<string, () => Promise<Answer>> {
  const key = () => ({ 'idempotency-key': randomUUID() })
  return {
    ...Object.fromEntries(
      ['receive', 'adjust', 'count', 'hold', 'unhold', 'reserve', 'assemble', 'disassemble'].map((kind) => [
        `POST /api/v1/stock/${kind}`,
        () =>
          ask('POST', `/api/v1/stock/${kind}`, { sku: `${mark}-1`, location: 'MAIN', quantity: 1 }, key()),
      ]),
    ),
    ...Object.fromEntries(
      ['release', 'move-reservation', 'ship', 'return', 'allocate'].map((kind) => [
        `POST /api/v1/stock/${kind}`,
        () => {
          const place = kind === 'move-reservation' ? { location: 'MAIN' } : {}
          return ask('POST', `/api/v1/stock/${kind}`, { reservationId, quantity: 1, ...place }, key())
        },
      ]),
    ),
  }
}
