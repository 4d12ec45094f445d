import type { ConnectorList } from '@plimsoll/client'
import { type Connector, formOf } from '@plimsoll/connector-kit'

/** What can be connected, by id, each with its forms. */
export function listConnectorForms(connectors: ReadonlyMap<string, Connector>): ConnectorList['rows'] {
  return [...connectors.values()].map(toForms).sort((a, b) => (a.id < b.id ? -1 : 1))
}

function toForms({ manifest, grant, samples }: Connector): ConnectorList['rows'][number] {
  return {
    id: manifest.id,
    name: manifest.name,
    kind: manifest.kind,
    colour: manifest.colour,
    regions: [...manifest.regions],
    apiVersion: manifest.apiVersion?.version,
    can: abilitiesOf(manifest),
    settings: formOf(manifest.settings),
    credentials: formOf(manifest.credentials),
    grant: grant === undefined ? undefined : formOf(grant.needs),
    samples: samples === undefined ? undefined : { names: [...samples.names] },
  }
}

type Ability = ConnectorList['rows'][number]['can'][number]

/** What people choose a platform by, as its manifest declares it. */
function abilitiesOf({ capabilities, warehouse }: Connector['manifest']): Ability[] {
  const { multiLocation, webhooks, queue, tracking, cancel, withdraw, counts, gaps } = capabilities
  const has: Record<Ability, boolean> = {
    locations: multiLocation,
    webhooks: webhooks.length > 0 || queue !== undefined,
    tracking,
    cancel: cancel !== false,
    withdraw: withdraw !== undefined,
    counts: counts === true,
    gaps: gaps !== undefined,
    'sends-orders': warehouse !== undefined,
  }
  return (Object.keys(has) as Ability[]).filter((ability) => has[ability])
}
