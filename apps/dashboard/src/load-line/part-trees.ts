import type { ExplainNode, ItemDetail } from '@plimsoll/client'

/**
 * Why a part of the load line is as large as it is, as explain trees: stock by location, beneath it the orders that
 * reserved it, as the levels' own trees know them.
 */
export function whyHeldOrReserved(item: ItemDetail, name: 'held' | 'reserved'): ExplainNode {
  return {
    label: name,
    value: item[name],
    rows: item.balances
      .filter((balance) => balance[name] !== 0)
      .map((balance) => {
        const known = findAt(item, balance.locationCode, name)
        const rows = known?.value === 0 - balance[name] ? known.rows : undefined
        return {
          label: 'location',
          value: balance[name],
          detail: balance.locationCode,
          rows: rows?.map(negated),
        }
      }),
  }
}

export function whyAvailable(item: ItemDetail): ExplainNode {
  return {
    label: 'available',
    value: item.available,
    rows: item.balances
      .filter((balance) => balance.onHand !== 0 || balance.reserved !== 0 || balance.held !== 0)
      .map((balance) => ({
        label: 'location',
        value: balance.available,
        detail: balance.locationCode,
        rows: [
          { label: 'on-hand', value: balance.onHand },
          ...(['reserved', 'held'] as const)
            .filter((name) => balance[name] !== 0)
            .map((name) => ({ label: name, value: -balance[name] })),
        ],
      })),
  }
}

export function whyIncoming(item: ItemDetail): ExplainNode {
  return {
    label: 'incoming',
    value: item.incoming,
    rows: item.balances
      .filter((balance) => balance.incoming !== 0)
      .map((balance) => ({ label: 'location', value: balance.incoming, detail: balance.locationCode })),
  }
}

/** The first tree that tells of it: several levels may tell of one location. */
function findAt(item: ItemDetail, locationCode: string, name: 'held' | 'reserved'): ExplainNode | undefined {
  for (const { levels } of item.listings) {
    for (const level of levels) {
      const place = findNode(
        level.explain,
        (node) => node.label === 'location' && node.detail === locationCode,
      )
      const found = place?.rows?.find((node) => node.label === name)
      if (found) return found
    }
  }
  return undefined
}

function findNode(node: ExplainNode, wanted: (node: ExplainNode) => boolean): ExplainNode | undefined {
  if (wanted(node)) return node
  for (const row of node.rows ?? []) {
    const found = findNode(row, wanted)
    if (found) return found
  }
  return undefined
}

/** What a tree takes away, told as what there is. */
function negated(node: ExplainNode): ExplainNode {
  return {
    ...node,
    value: node.value === null ? null : 0 - node.value,
    rows: node.rows?.map(negated),
  }
}
