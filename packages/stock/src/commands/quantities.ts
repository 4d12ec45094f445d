import { type Refusal, refuse } from '../errors.ts'

/** What a command may be asked for, in base units. */
export type QuantityRule = 'positive' | 'not-negative' | 'not-zero'

/** Refuses a figure that is no count of base units, or none that the command can be asked for. */
export function findBadQuantity(command: string, rule: QuantityRule, quantity: number): Refusal | undefined {
  if (!Number.isInteger(quantity)) {
    return refuse('quantity-not-whole', 'quantity', `${quantity} is not a whole number of base units.`)
  }
  if (!Number.isSafeInteger(quantity)) {
    return refuse('quantity-out-of-range', 'quantity', `${quantity} is larger than a stock count may be.`)
  }
  switch (rule) {
    case 'not-zero':
      return quantity === 0
        ? refuse('quantity-zero', 'quantity', 'An adjustment of 0 changes nothing.')
        : undefined
    case 'not-negative':
      return quantity < 0
        ? refuse('quantity-negative', 'quantity', `${quantity} units cannot have been counted.`)
        : undefined
    case 'positive':
      return quantity < 1
        ? refuse('quantity-not-positive', 'quantity', `${quantity} units cannot be used with ${command}.`)
        : undefined
    default: {
      const never: never = rule
      return never
    }
  }
}
