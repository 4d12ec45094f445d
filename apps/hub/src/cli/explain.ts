import type { ExplainNode, ItemDetail } from '@plimsoll/client'
import type { Command } from 'commander'
import { getItem } from '../views/item.ts'
import { EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

export function explainCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(program.command('explain'))
    .description('why every channel shows what it shows for an item')
    .argument('<sku>', 'the item’s SKU')
    .action(async (sku: string, options: CommonOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          output.result(await getItem(hub, sku), toText)
          return EXIT.ok
        }),
      )
    })
}

function toText(item: ItemDetail): string {
  const lines = [
    `${item.sku}  ${item.name}`,
    `on hand ${item.onHand} − reserved ${item.reserved} − held ${item.held} = available ${item.available}${item.incoming > 0 ? ` (incoming ${item.incoming})` : ''}`,
  ]
  for (const balance of item.balances) {
    lines.push(
      `  ${balance.locationCode}: on hand ${balance.onHand}, reserved ${balance.reserved}, held ${balance.held}, available ${balance.available}`,
    )
  }
  if (item.listings.length === 0) lines.push('No channel sells it.')
  for (const listing of item.listings) {
    lines.push('', `${listing.connectionName}: ${listing.title} (${listing.externalId})`)
    for (const level of listing.levels) {
      lines.push(
        `  desired ${show(level.desired)}, acknowledged ${show(level.acknowledged)}, should show ${show(level.expected)}, last read ${show(level.observed)}: ${level.status}`,
      )
      if (level.problem !== null) lines.push(`  ! ${level.problem}`)
      lines.push(...draw(level.explain, '    '))
    }
  }
  return lines.join('\n')
}

function draw(node: ExplainNode, indent: string): string[] {
  const head = `${indent}${node.label}${node.detail === undefined ? '' : ` (${node.detail})`}: ${show(node.value)}`
  return [head, ...(node.rows ?? []).flatMap((row) => draw(row, `${indent}  `))]
}

function show(value: number | null): string {
  return value === null ? '–' : String(value)
}
