import { InvalidArgumentError } from 'commander'

/**
 * Reads a quantity as a person types it. The ledger itself says which numbers a command may take; `Number` alone
 * would take '' for 0, and 0x10 and 1e3, which nobody means here.
 */
export function toQuantity(text: string): number {
  if (!/^[+-]?\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('Give a whole number.')
  return Number(text)
}
