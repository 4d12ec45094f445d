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
    settings: formOf(manifest.settings),
    credentials: formOf(manifest.credentials),
    grant: grant === undefined ? undefined : formOf(grant.needs),
    samples: samples === undefined ? undefined : { names: [...samples.names] },
  }
}
