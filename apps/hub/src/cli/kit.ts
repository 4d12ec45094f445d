import type { KitDetail, KitUsePage } from '@plimsoll/client'
import { changeKit } from '@plimsoll/sync'
import { type Command, InvalidArgumentError } from 'commander'
import type { HubBase } from '../hub-base.ts'
import { findKitUses, getKit } from '../views/kit.ts'
import { KIT_VERSION, numberIn } from './number-option.ts'
import { CommandProblem, EXIT, RefusedByLedger } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

/** The kits named of those that contain an item; GET /items/:sku/used-in walks through all. */
const USES_LISTED = 20

type SetOptions = CommonOptions & {
  component: Component[]
  assembled?: true
  virtual?: true
  reason?: string
  ifVersion?: number
}
type Component = { sku: string; quantity: number }

export function kitCommand(program: Command, exit: (code: number) => void): void {
  const group = program.command('kit').description('items whose stock is that of their components')

  addCommonOptions(group.command('show'))
    .description('what a kit contains and comes down to, and what an item is used in')
    .argument('<sku>', 'the item’s SKU')
    .action(async (sku: string, options: CommonOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          const usedIn = await findKitUses(hub.context, sku, { limit: USES_LISTED })
          output.result({ ...(await getKit(hub.context, sku)), usedIn }, toText)
          return EXIT.ok
        }),
      )
    })

  addCommonOptions(
    group
      .command('set')
      .description('say what a kit contains, all of it; kits that contain it and their listings follow')
      .argument('<sku>', 'the SKU of the kit, an item that is known')
      .requiredOption(
        '--component <sku=quantity>',
        'a component, with how many base units of it are in one kit; once for each',
        addComponent,
      )
      .option('--assembled', 'it is put together and has stock of its own')
      .option('--virtual', 'its stock is that of its components (default, unless it is an assembled kit)')
      .option('--reason <text>', 'why, for whoever reads its history')
      .option('--if-version <number>', 'refuse if it is another version by now', numberIn(KIT_VERSION)),
  ).action(async (sku: string, options: SetOptions) => {
    if (options.assembled === true && options.virtual === true) {
      throw new CommandProblem('A kit is either assembled or virtual: give one of --assembled and --virtual.')
    }
    const chosen = options.assembled === true ? 'assembled' : options.virtual === true ? 'virtual' : undefined
    exit(
      await change(sku, options, async (hub) => ({
        kind: chosen ?? ((await getKit(hub.context, sku)).kind === 'assembled' ? 'assembled' : 'virtual'),
        components: options.component,
        reason: options.reason ?? null,
        expectedVersion: options.ifVersion,
      })),
    )
  })

  addCommonOptions(
    group
      .command('remove')
      .description('make an item a kit no more; the item stays')
      .argument('<sku>', 'the SKU of the kit')
      .option('--reason <text>', 'why, for whoever reads its history'),
  ).action(async (sku: string, options: CommonOptions & { reason?: string }) => {
    const { reason = null } = options
    const said = { kind: 'none' as const, components: [], reason, expectedVersion: undefined }
    exit(await change(sku, options, async () => said))
  })
}

async function change(
  sku: string,
  options: CommonOptions,
  say: (hub: HubBase) => Promise<Omit<Parameters<typeof changeKit>[1], 'sku' | 'actor'>>,
): Promise<number> {
  return await withHub(options, async (hub, output) => {
    const outcome = await changeKit(hub.context, { ...(await say(hub)), sku, actor: 'cli' })
    if (outcome.kind === 'refused') throw new RefusedByLedger(outcome)
    output.result({ isChanged: outcome.isChanged, ...(await getKit(hub.context, sku)) }, (kit) =>
      [...(outcome.isChanged ? [] : ['It was just that already, so nothing was changed.']), toText(kit)].join(
        '\n',
      ),
    )
    return EXIT.ok
  })
}

/** A SKU may hold a sign of equality itself: the last one counts. */
function addComponent(text: string, before: Component[] = []): Component[] {
  const [, sku = '', quantity = ''] = text.match(/^(.+)=(\d+)$/s) ?? []
  if (sku === '') throw new InvalidArgumentError('Write it as SKU=QUANTITY, for example MUG=2.')
  return [...before, { sku, quantity: Number(quantity) }]
}

function toText(kit: KitDetail & { usedIn?: KitUsePage }): string {
  const { sku, name, kind, version, components, parts, usedIn } = kit
  const lines = [`${sku}  ${name}`, `${KIND[kind]}${version > 0 ? `, version ${version}` : ''}`]
  for (const each of components) {
    lines.push(
      `  ${each.quantity} × ${each.sku}  ${each.name}${each.kind === 'none' ? '' : ` (${KIND[each.kind]})`}`,
    )
  }
  // The same twice would only be longer.
  if (components.some((each) => each.kind === 'virtual') && parts.length > 0) {
    lines.push('comes down to')
    for (const part of parts) lines.push(`  ${part.quantity} × ${part.sku}  ${part.name}`)
  }
  if (usedIn !== undefined && usedIn.rows.length > 0) {
    lines.push('used in')
    for (const use of usedIn.rows) {
      const units = use.quantity ?? use.partQuantity
      lines.push(
        `  ${use.sku}  ${use.name}: ${units ?? 'within'}${units === null ? ' another kit' : ' in each'}`,
      )
    }
    if (usedIn.next !== null) lines.push('  … and more')
  }
  return lines.join('\n')
}

const KIND: Readonly<Record<KitDetail['kind'], string>> = {
  none: 'no kit',
  virtual: 'virtual kit',
  assembled: 'assembled kit',
}
