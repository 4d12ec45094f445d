import type { CustomField } from '@plimsoll/client'
import { type Command, Option } from 'commander'
import { defineCustomField, dropCustomField, listCustomFields } from '../product-catalogue.ts'
import { CommandProblem, EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

const ACTOR = 'cli'

type SetOptions = CommonOptions & { type?: CustomField['type']; name?: string }

/** The fields that a brand adds to its items: `plimsoll item field show|set|unset`. An item's own values: `item change`. */
export function itemFieldCommand(group: Command, exit: (code: number) => void): void {
  const fields = group.command('field').description('the custom fields that your items may have')

  addCommonOptions(fields.command('show'))
    .description('the custom fields, or one of them')
    .argument('[key]', 'its key (default: all of them)')
    .action(async (key: string | undefined, options: CommonOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          const { rows } = await listCustomFields(hub.context)
          const shown = key === undefined ? rows : rows.filter((field) => field.key === key)
          if (key !== undefined && shown.length === 0) throw unknownField(key)
          output.result({ rows: shown }, () =>
            shown.length === 0 ? 'There are no custom fields yet.' : shown.map(lineOf).join('\n'),
          )
          return EXIT.ok
        }),
      )
    })

  addCommonOptions(fields.command('set'))
    .description('define a field, or rename it; an item has it once item change --custom says so')
    .argument('<key>', 'its key: 1 to 50 letters, digits and underscores, a small letter first')
    .addOption(
      new Option(
        '--type <type>',
        'string, number or boolean (default: as it is); fixed while an item has it',
      ).choices(['string', 'number', 'boolean']),
    )
    .option('--name <name>', 'what people read (default: as it is, or the key)')
    .action(async (key: string, options: SetOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          const before = (await listCustomFields(hub.context)).rows.find((field) => field.key === key)
          const type = options.type ?? before?.type
          if (type === undefined) {
            throw new CommandProblem(
              `There is no field "${key}" yet: say of what type it is with --type string, number or boolean.`,
            )
          }
          const name = options.name ?? before?.name ?? key
          const { isNew, field } = await defineCustomField(hub.context, ACTOR, { key, type, name })
          output.result({ isNew, ...field }, () => `${isNew ? 'Made' : 'Kept'}: ${lineOf(field)}`)
          return EXIT.ok
        }),
      )
    })

  addCommonOptions(fields.command('unset'))
    .description('take a field away that no item has')
    .argument('<key>', 'its key')
    .action(async (key: string, options: CommonOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          await dropCustomField(hub.context, ACTOR, key)
          output.result({ key }, () => `The field "${key}" is gone.`)
          return EXIT.ok
        }),
      )
    })
}

function unknownField(key: string): CommandProblem {
  return new CommandProblem(`There is no custom field "${key}". plimsoll item field show lists all of them.`)
}

function lineOf({ key, type, name }: CustomField): string {
  return `${key}  ${type}${name === key ? '' : `, ${name}`}`
}
