import type { ConnectorList, FormField } from '@plimsoll/client'
import type { Connector } from '@plimsoll/connector-kit'
import type { Command } from 'commander'
import { listConnectorForms } from '../views/connector-forms.ts'
import { loadConnector } from './connect.ts'
import { loadAllConnectors } from './connector-places.ts'
import { createOutput, EXIT } from './output.ts'
import { traitsOf } from './typed-settings.ts'

type Row = ConnectorList['rows'][number]

/** `plimsoll connectors`: opens no database, so that it answers before anything is installed. */
export function connectorsCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('connectors')
    .description(
      'list what can be connected and how; with a name, the settings and credentials that it takes',
    )
    .argument('[connector]', 'shopify, woocommerce, …')
    .option('--json', 'print one JSON object on the last line, and nothing for people')
    .action(async (id: string | undefined, options: { json?: boolean }) => {
      const connectors =
        id === undefined ? await loadAllConnectors() : new Map([[id, await loadConnector(id)]])
      const rows = listConnectorForms(connectors).map((row) => ({
        ...row,
        abilities: abilitiesOf(connectors.get(row.id)),
      }))
      createOutput(options).result({ rows }, () =>
        [
          ...rows.flatMap((row) => [...sayConnector(row), ...(id === undefined ? [] : sayForms(row))]),
          ...(id === undefined ? ['What one takes: plimsoll connectors CONNECTOR'] : []),
        ].join('\n'),
      )
      exit(EXIT.ok)
    })
}

function sayConnector(row: Row & { abilities: string[] }): string[] {
  const version = row.apiVersion === undefined ? '' : `, API ${row.apiVersion}`
  return [
    `${row.id}  ${row.name}, ${row.kind}${version}`,
    `  connected  ${sayWays(row)}`,
    `  can        ${row.abilities.join('; ')}`,
  ]
}

function sayWays({ grant }: Row): string {
  if (grant === undefined) return 'with --credentials FILE'
  const needs = grant.map(({ name }) => name).join(' and ')
  const page = needs === '' ? '--authorize' : `--authorize and ${needs} in --credentials FILE`
  return `on its own page, with ${page}; or with --credentials FILE`
}

function sayForms({ settings, credentials, grant }: Row): string[] {
  return [
    'Settings (--set NAME=VALUE):',
    ...settings.flatMap(sayField),
    'Credentials (a JSON file for --credentials):',
    ...credentials.flatMap(sayField),
    ...(grant === undefined || grant.length === 0
      ? []
      : [`With --authorize the file needs only: ${grant.map(({ name }) => name).join(', ')}`]),
  ]
}

function sayField(field: FormField): string[] {
  const { name, kind, title, help } = field
  const typed = kind === 'text' || kind === 'choice' ? [] : [HOW_TYPED[kind]]
  const usual =
    field.default === undefined || field.default === '' ? [] : [`default ${String(field.default)}`]
  const traits = [...traitsOf(field), ...typed, ...usual]
  return [
    `  ${name}  ${title.en}${traits.length === 0 ? '' : ` (${traits.join(', ')})`}`,
    ...(help === undefined ? [] : [`    ${help.en}`]),
    ...field.options
      .filter((option) => option.title.en !== option.value)
      .map((option) => `    ${option.value}: ${option.title.en}`),
  ]
}

const HOW_TYPED = {
  number: 'a number',
  switch: 'true or false',
  choices: 'several with commas between them',
  list: 'texts with commas between them',
} as const

/** What a person asks first, of what its manifest declares. */
function abilitiesOf(connector: Connector | undefined): string[] {
  if (connector === undefined) return []
  const { multiLocation, batchMax, webhooks, queue, tracking, cancel, withdraw, counts } =
    connector.manifest.capabilities
  return [
    `quantities at ${multiLocation ? 'several locations' : 'one location'}, ${batchMax} in a call`,
    `orders ${[...(webhooks.length > 0 ? ['by webhook'] : []), ...(queue === undefined ? [] : ['by queue']), 'by poll'].join(' and ')}`,
    ...(tracking ? ['parcels with tracking'] : []),
    ...(cancel === false ? [] : [cancel === 'lines' ? 'cancels orders in part' : 'cancels whole orders']),
    ...(withdraw === undefined ? [] : [`takes a listing off sale (${withdraw})`]),
    ...(counts === undefined ? [] : ['stock that the platform counts itself']),
  ]
}
