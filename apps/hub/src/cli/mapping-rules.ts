import { readFile } from 'node:fs/promises'
import type { MappingRules, MappingTrial } from '@plimsoll/client'
import type { Command } from 'commander'
import { readMappingRules, saveMappingRules, tryMappingRule } from '../views/mapping.ts'
import { numberIn } from './number-option.ts'
import { CommandProblem } from './output.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

/** `plimsoll mapping rules`, `save-rules`, `try-rule`. */
export function mappingRuleCommands(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('rules'))
    .description('the rules of a connection that make an item’s SKU and units of what a listing says')
    .argument('<connection>', 'its id or name')
    .action(async (connection: string, options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => readMappingRules(context, connection), sayRules))
    })

  addCommonOptions(group.command('save-rules'))
    .description('save all rules of a connection as a new version; what waits there is looked at anew')
    .argument('<connection>', 'its id or name')
    .argument('<file>', 'JSON: a list of {"name", "expression", "how": "suggest", "automatic" or "off"}')
    .option('--based-on <version>', 'refuse if another version holds by now', numberIn({ min: 0, max: 1e6 }))
    .action(
      async (
        connection: string,
        file: string,
        { basedOn, ...options }: CommonOptions & { basedOn?: number },
      ) => {
        const rules = readRules(await readFile(file, 'utf8'), file)
        const save = runReading(
          options,
          async ({ context }) =>
            await saveMappingRules(context, connection, {
              rules,
              basedOn: basedOn ?? (await readMappingRules(context, connection)).version,
              actor: 'cli',
            }),
          sayRules,
        )
        exit(await save)
      },
    )

  addCommonOptions(group.command('try-rule'))
    .description('what an expression says of real listings; nothing is saved')
    .argument('<connection>', 'its id or name')
    .argument(
      '<expression>',
      'JSONata over sku, barcode, title and externalId; makes a SKU, or {"sku", "units"}',
    )
    .option('--limit <number>', 'of so many listings', numberIn({ min: 1, max: 200 }), 20)
    .action(
      async (
        connection: string,
        expression: string,
        { limit, ...options }: CommonOptions & { limit: number },
      ) => {
        const rule = { expression, limit }
        exit(await runReading(options, ({ context }) => tryMappingRule(context, connection, rule), sayTrial))
      },
    )
}

/** Each rule is judged where it is saved. */
function readRules(text: string, file: string): Parameters<typeof saveMappingRules>[2]['rules'] {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw new CommandProblem(`${file} is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!Array.isArray(parsed)) throw new CommandProblem(`${file} holds no list of rules.`)
  return parsed
}

function sayRules({ version, rules, versions }: MappingRules): string {
  if (version === 0) return 'It has no rules.'
  return [
    `Version ${version}, by ${versions[0]?.actor ?? '?'}:`,
    ...rules.map(({ name, how, expression }, nth) => `  ${nth + 1}. ${name} (${how}): ${expression}`),
  ].join('\n')
}

function sayTrial({ rows, says, items, problems }: MappingTrial): string {
  return [
    `Of ${rows.length} listings it says a SKU of ${says}, of which ${items} are items; ${problems} went wrong.`,
    ...rows.map(({ sku, title, says: said, problem }) => {
      const answer =
        problem !== null
          ? `went wrong: ${problem}`
          : said === null
            ? '–'
            : `${said.sku} × ${said.unitsPerListing}${said.isItem ? '' : ' (no such item)'}`
      return `  ${sku ?? `"${title}"`}: ${answer}`
    }),
  ].join('\n')
}
