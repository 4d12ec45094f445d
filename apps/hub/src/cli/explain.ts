import type { ExplainNode, ItemDetail } from '@plimsoll/client'
import type { Command } from 'commander'
import { getItem } from '../views/item.ts'
import { getOrderTimeline } from '../views/order-timeline.ts'
import { readItemAt, sayItemAt } from './explain-at.ts'
import { CommandProblem } from './output.ts'
import { runReading } from './stock/document-command.ts'
import { sayTimeline } from './timeline.ts'
import { toDate } from './whatif.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

export function explainCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(program.command('explain'))
    .description(
      'why every channel shows what it shows for an item, or showed at a moment; or what became of an order',
    )
    .argument('<sku>', 'the item’s SKU; or the word order')
    .argument('[order]', 'after the word order: its id or number, as timeline takes it')
    .option('--at <instant>', 'as far as is on record of then: 2026-11-11T00:00:00+08:00', toDate)
    .action(async (sku: string, order: string | undefined, options: CommonOptions & { at?: Date }) => {
      const { at } = options
      if (order !== undefined) exit(await explainOrder(sku, order, options))
      else if (at !== undefined)
        exit(await runReading(options, ({ context }) => readItemAt(context, sku, at), sayItemAt))
      else exit(await runReading(options, (hub) => getItem(hub, sku), toText))
    })
}

async function explainOrder(
  word: string,
  order: string,
  options: CommonOptions & { at?: Date },
): Promise<number> {
  if (word !== 'order' || options.at !== undefined)
    throw new CommandProblem('Give one SKU, with --at if you like; or the word order and its id or number.')
  return await runReading(options, ({ context }) => getOrderTimeline(context, order), sayTimeline)
}

function toText(item: ItemDetail): string {
  const lines = [`${item.sku}  ${item.name}`]
  // A virtual kit has no stock of its own; saying that none of it is available would be wrong.
  if (item.kit === null) {
    lines.push(
      `on hand ${item.onHand} − reserved ${item.reserved} − held ${item.held} = available ${item.available}${item.incoming > 0 ? ` (incoming ${item.incoming})` : ''}`,
    )
  }
  for (const balance of item.balances) {
    lines.push(
      `  ${balance.locationCode}: on hand ${balance.onHand}, reserved ${balance.reserved}, held ${balance.held}, available ${balance.available}`,
    )
  }
  if (item.kit !== null) {
    lines.push(`virtual kit: its components allow ${item.kit.available}, over all locations`)
    for (const part of item.kit.parts) {
      lines.push(`  ${part.sku}  ${part.name}: ${part.quantity} in each, ${part.available} available`)
    }
  }
  if (item.listings.length === 0) lines.push('No channel sells it.')
  for (const listing of item.listings) {
    lines.push('', `${listing.connectionName}: ${listing.title} (${listing.externalId})`)
    for (const level of listing.levels) {
      lines.push(
        `  desired ${show(level.desired)}, acknowledged ${show(level.acknowledged)}, should show ${show(level.expected)}, last read ${show(level.observed)}: ${STATUS[level.status]}`,
      )
      if (level.problem !== null) lines.push(`  ! ${level.problem}`)
      lines.push(...draw(level.explain, '    '))
    }
  }
  return lines.join('\n')
}

const STATUS: Readonly<Record<ItemDetail['listings'][number]['levels'][number]['status'], string>> = {
  'in-step': 'in step',
  pending: 'a write waits or is on its way',
  held: 'nothing is written (shadow mode, paused or refused)',
  untracked: 'the platform does not count it, so nothing is written',
  drift: 'the platform shows another number than was written',
}

/** What each step is called here; the screens say the same in their languages. */
const WORDS: Readonly<Record<ExplainNode['label'], string>> = {
  desired: 'desired on the platform',
  promise: 'may promise',
  'whole-listings': 'whole listings',
  available: 'available in its locations',
  unusable: 'in lots that may not leave, or not to this channel',
  lot: 'lot',
  'for-campaigns': 'set aside for campaigns of others',
  'exclusive-of-others': 'in exclusive shares of others',
  share: 'beyond its own share',
  incoming: 'on its way there, and may be promised',
  'incoming-withheld': 'of that, not to be promised',
  'none-below-zero': 'nothing below zero is shown',
  'on-hand': 'on hand',
  reserved: 'reserved',
  held: 'held',
  buffer: 'buffer kept back',
  'stale-orders': 'kept back, since the orders of another channel are not known',
  cap: 'cut by the cap',
  floor: 'below the floor, so none is shown; floor',
  fixed: 'fixed by the policy',
  'not-yet-subtracted': 'own orders that the platform has still to subtract',
  'platform-maximum': 'more than the platform accepts',
  'demand-buffer': 'kept back because of how fast it sells',
  'load-line': 'left to other channels, so that none can be oversold',
  zeroed: 'zeroed before the pause, as was asked for',
  'not-worked-out': 'changed just now and not worked out yet',
  'other-item': 'the level follows another item',
  paused: 'paused by the policy',
  kits: 'kits that the scarcest component allows',
  component: 'component',
  location: 'location',
  order: 'order',
  movement: 'movements',
}

function draw(node: ExplainNode, indent: string): string[] {
  const { division, detail } = node
  const about = detail === undefined ? '' : ` (${detail})`
  const sum =
    division === undefined
      ? ''
      : ` = ${division.dividend} base units ÷ ${division.divisor} per ${node.label === 'component' ? 'kit' : 'listing'}, remainder ${division.remainder}`
  const head = `${indent}${WORDS[node.label]}${about}: ${show(node.value)}${sum}`
  return [head, ...(node.rows ?? []).flatMap((row) => draw(row, `${indent}  `))]
}

function show(value: number | null): string {
  return value === null ? '–' : String(value)
}
