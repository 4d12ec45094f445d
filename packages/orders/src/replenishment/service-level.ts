import { assert } from '@plimsoll/stock'

/**
 * How many standard deviations above the mean a quantity must be so that it is not exceeded with a chance of `share`.
 * Source: M. J. Wichura, algorithm AS 241 (PPND7), Applied Statistics 37 (1988), 477-484; about seven digits.
 * @param share from 0.5 on, below 1: 0.95 gives 1.645
 */
export function deviationsFor(share: number): number {
  assert(share >= 0.5 && share < 1, 'a service level is from 50% on and below 100%')
  const q = share - 0.5
  if (q <= 0.425) {
    const r = 0.180625 - q * q
    return (q * polynomial(CENTRE_ABOVE, r)) / polynomial(CENTRE_BELOW, r)
  }
  const r = Math.sqrt(-Math.log(1 - share))
  return r <= 5
    ? polynomial(TAIL_ABOVE, r - 1.6) / polynomial(TAIL_BELOW, r - 1.6)
    : polynomial(FAR_ABOVE, r - 5) / polynomial(FAR_BELOW, r - 5)
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, each) => sum * x + each, 0)
}

const CENTRE_ABOVE = [3.3871327179, 50.434271938, 159.29113202, 59.10937472]
const CENTRE_BELOW = [1, 17.895169469, 78.757757664, 67.1875636]
const TAIL_ABOVE = [1.4234372777, 2.75681539, 1.3067284816, 0.17023821103]
const TAIL_BELOW = [1, 0.7370016425, 0.12021132975]
const FAR_ABOVE = [6.657905115, 3.081226386, 0.42868294337, 0.017337203997]
const FAR_BELOW = [1, 0.24197894225, 0.012258202635]
