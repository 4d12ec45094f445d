import { Option } from 'commander'
import { CommandProblem } from '../output.ts'
import { toQuantity } from './quantity.ts'

/** Options about lots and serial numbers, and what they mean. */

export type UnitOptions = { lot?: string; serial?: string[] }

export function unitOptions(): Option[] {
  return [lotOption(), serialOption()]
}

export function lotOption(): Option {
  return new Option('--lot <code>', 'of which lot, of an item that is tracked by lot')
}

export function serialOption(): Option {
  return new Option(
    '--serial <serial...>',
    'which units, one serial number each, of an item that is tracked so',
  )
}

export function toUnits({ lot, serial }: UnitOptions) {
  return { lot, serials: serial }
}

export type AllocationOptions = { fromLot?: string[]; minDays?: number; force?: true }

export function allocationOptions(): Option[] {
  return [
    new Option('--from-lot <lot=quantity...>', 'from these lots (default: those that expire first)'),
    new Option('--min-days <days>', 'days that a lot must have left (default: what is set)').argParser(
      toQuantity,
    ),
    new Option('--force', 'take lots that do not last as long; needs --reason'),
  ]
}

export function toAllocation({ fromLot, minDays, force }: AllocationOptions) {
  return { lots: fromLot?.map(toNamedLot), minShelfLifeDays: minDays, force }
}

/** Of `LOT=3`; a code may hold the sign itself, so the last one counts. */
function toNamedLot(text: string): { lot: string; quantity: number } {
  const [, lot = '', quantity = ''] = /^(.+)=(\d+)$/s.exec(text) ?? []
  if (lot === '') {
    throw new CommandProblem(`"${text}" names no lot and quantity. Write it as --from-lot L12=3.`)
  }
  return { lot, quantity: Number(quantity) }
}
