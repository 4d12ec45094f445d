import type { Connector } from '@plimsoll/connector-kit'
import { type ConnectorPlaces, loadConnectors } from '@plimsoll/connectors'
import { readConfiguration } from '../configuration.ts'

/** Where this installation's connectors lie, for commands that open no database. */
export function connectorPlaces(): ConnectorPlaces {
  return { outside: readConfiguration().connectorFolders }
}

export async function loadAllConnectors(): Promise<Map<string, Connector>> {
  return await loadConnectors(connectorPlaces())
}
