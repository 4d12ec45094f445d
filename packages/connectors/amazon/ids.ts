/** Amazon's own code for what the seller keeps and sends. */
export const OWN_STOCK = 'DEFAULT'
/** Ours for what Amazon keeps: its codes (AMAZON_NA, AMAZON_EU, AMAZON_JP) differ by region and mean the same. */
export const AMAZON_STOCK = 'FBA'

/** What Amazon keeps has a code of its own in each region; anything else is a place of the seller's. */
export function isAmazonsChannel(code: string): boolean {
  return code.startsWith('AMAZON')
}
