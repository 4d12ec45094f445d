import type { WarehouseSide } from '@plimsoll/connector-kit'
import { openOmni } from './omni/operations.ts'
import type { Context } from './transport.ts'
import { openWm } from './wm/operations.ts'

/** Two products in one style: which of them is a setting. */
export function open(context: Context): WarehouseSide {
  return context.settings.product === 'wm' ? openWm(context) : openOmni(context)
}
