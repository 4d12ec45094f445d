import type { AppliedOrder } from '@plimsoll/orders'
import type { InboxRow, InboxVerdict } from './inbox.store.ts'

/** What becomes of an inbox row once the state of its order was decided on. */
export function verdictOnOrder(row: InboxRow, result: AppliedOrder, connectionName: string): InboxVerdict {
  switch (result.verdict) {
    case 'apply': {
      const [first] = result.unmapped
      if (first === undefined) return verdictOf(row, 'applied')
      const line = first.sku === undefined ? `"${first.title}"` : `SKU "${first.sku}"`
      const [what, cure] =
        first.parts === undefined
          ? ['is not tied to an item', 'Import or map the listing']
          : ['sells a virtual kit without components', 'Say what the kit contains']
      return {
        ...verdictOf(row, 'parked'),
        reasonCode: 'unmapped-listing',
        reason: `${line} on ${connectionName} ${what}, so nothing is reserved for it. ${cure}, then replay; the other lines of the order are applied.`,
        told: toldOf(first, connectionName),
      }
    }
    case 'older':
      return { ...verdictOf(row, 'skipped'), reasonCode: 'older', reason: 'A newer state is known already.' }
    case 'repeated':
      return { ...verdictOf(row, 'skipped'), reasonCode: 'repeated', reason: 'This state is known already.' }
    case 'fetch-again':
      return verdictOf(row, 'fetch')
    default: {
      const never: never = result.verdict
      return never
    }
  }
}

function toldOf(
  { sku, title, parts }: AppliedOrder['unmapped'][number],
  connection: string,
): NonNullable<InboxVerdict['told']> {
  const isTied = parts !== undefined
  return sku === undefined
    ? { code: isTied ? 'empty-kit-title' : 'unmapped-title', facts: { title, connection } }
    : { code: isTied ? 'empty-kit-sku' : 'unmapped-sku', facts: { sku, connection } }
}

export function verdictOf(row: InboxRow, state: InboxVerdict['state']): InboxVerdict {
  return { inboxId: row.inboxId, state, reasonCode: null, reason: null, told: null, notBefore: null }
}
