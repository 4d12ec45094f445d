import type { ProductDetail, ProductPage } from '@plimsoll/client'
import type { Command } from 'commander'
import { changeItem } from '../item-catalogue.ts'
import { dropProduct, getProduct, listProducts, saveProduct } from '../product-catalogue.ts'
import { collect, ifVersion } from './item.ts'
import { pair } from './item-options.ts'
import { numberIn } from './number-option.ts'
import { CommandProblem, EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

const ACTOR = 'cli'
const LISTED = 50

type ProductOptions = CommonOptions & {
  name?: string
  nameIn: Record<string, string>
  optionName: string[]
  ifVersion?: number
}

/** What variants share: `plimsoll product list|show|create|change|add-variant|remove`. */
export function productCommand(program: Command, exit: (code: number) => void): void {
  const group = program
    .command('product')
    .description('products, of which items are variants told apart by options such as size')
  listCommand(group, exit)
  showCommand(group, exit)
  saveCommand(group, exit, { name: 'create', description: 'make a product; a code that is there is refused' })
  saveCommand(group, exit, {
    name: 'change',
    description: 'change a product; what you do not name is left alone',
  })
  addVariant(group, exit)
  removeCommand(group, exit)
}

function listCommand(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('list'))
    .description('products in order of code, with how many variants are in use')
    .option('--after <code>', 'those after this code: the last of the page before')
    .option('--limit <number>', 'how many at most', numberIn({ min: 1, max: 200 }), LISTED)
    .action(async ({ after, limit, ...options }: CommonOptions & { after?: string; limit: number }) => {
      exit(
        await withHub(options, async (hub, output) => {
          output.result(await listProducts(hub.context, { cursor: after, limit }), tellPage)
          return EXIT.ok
        }),
      )
    })
}

function showCommand(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('show'))
    .description('show a product with its variants')
    .argument('<code>', 'the product’s code')
    .action(async (code: string, options: CommonOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          output.result(await getProduct(hub.context, code), tellProduct)
          return EXIT.ok
        }),
      )
    })
}

function saveCommand(
  group: Command,
  exit: (code: number) => void,
  { name: mode, description }: { name: 'create' | 'change'; description: string },
): void {
  const command = addCommonOptions(group.command(mode))
    .description(description)
    .argument('<code>', 'the product’s code')
    .option('--name <name>', 'its name')
    .option(
      '--name-in <language=name>',
      'its name in a language, such as zh-CN=茶; an empty one takes it away; may be repeated',
      pair,
      {},
    )
    .option(
      '--option-name <name>',
      'an option that tells its variants apart, such as size; once for each, in the order in which people choose',
      collect,
      [],
    )
  if (mode === 'change') command.addOption(ifVersion())
  command.action(async (code: string, options: ProductOptions) => {
    if (mode === 'create' && options.name === undefined) {
      throw new CommandProblem('A new product needs a name; give it with --name.')
    }
    exit(
      await withHub(options, async (hub, output) => {
        const names = Object.entries(options.nameIn).map(([tag, text]) => [tag, text === '' ? null : text])
        await saveProduct(hub.context, ACTOR, {
          code,
          mode,
          version: options.ifVersion,
          name: options.name,
          names: Object.fromEntries(names),
          optionNames: options.optionName.length === 0 ? undefined : options.optionName,
        })
        output.result(await getProduct(hub.context, code), tellProduct)
        return EXIT.ok
      }),
    )
  })
}

function addVariant(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('add-variant'))
    .description('make an item that is there a variant of a product')
    .argument('<code>', 'the product’s code')
    .argument('<sku>', 'the item’s SKU')
    .option(
      '--option <name=value>',
      'what tells it from the others, such as size=M; may be repeated',
      pair,
      {},
    )
    .action(
      async (code: string, sku: string, options: CommonOptions & { option: Record<string, string> }) => {
        exit(
          await withHub(options, async (hub, output) => {
            const row = { product: code, options: options.option }
            await changeItem(hub.context, ACTOR, sku, () => row)
            output.result(await getProduct(hub.context, code), tellProduct)
            return EXIT.ok
          }),
        )
      },
    )
}

function removeCommand(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('remove'))
    .description('take a product without variants away')
    .argument('<code>', 'the product’s code')
    .action(async (code: string, options: CommonOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          await dropProduct(hub.context, ACTOR, code)
          output.result({ code }, () => `The product "${code}" is gone.`)
          return EXIT.ok
        }),
      )
    })
}

function tellPage({ rows, next }: ProductPage): string {
  if (rows.length === 0) return 'There are no products yet.'
  return [
    ...rows.map(({ code, name, variants }) => `${code}  ${name}: ${variants} in use`),
    ...(next === null ? [] : [`… and more: --after ${next}`]),
  ].join('\n')
}

function tellProduct({ code, name, names, optionNames, version, variants }: ProductDetail): string {
  const inLanguages = Object.entries(names).map(([tag, text]) => `${tag}: ${text}`)
  const rows = variants.map((item) => {
    const options = Object.entries(item.options).map(([option, value]) => `${option} ${value}`)
    const said = options.length === 0 ? '' : `: ${options.join(', ')}`
    return `  ${item.sku}  ${item.name}${said}${item.archivedAt === null ? '' : ' (archived)'}`
  })
  return [
    `${code}  ${name}`,
    ...(inLanguages.length > 0 ? [`  names    ${inLanguages.join(', ')}`] : []),
    ...(optionNames.length > 0 ? [`  options  ${optionNames.join(', ')}`] : []),
    `  version  ${version}`,
    ...(rows.length > 0 ? ['variants', ...rows] : []),
  ].join('\n')
}
