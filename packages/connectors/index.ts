import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { Connector } from '@plimsoll/connector-kit'
import type { ConformanceSetups } from '@plimsoll/connector-kit/conformance-suite'
import {
  ConnectorProblem,
  importConformance,
  importConnector,
  importSimulator,
  isConnectorFolder,
  type StartSimulator,
} from './connector-folder.ts'
import { realFolder } from './outside-imports.ts'

export type { StartedSimulator, StartSimulator } from './connector-folder.ts'
export { ConnectorProblem } from './connector-folder.ts'
export { makeConnector } from './new-connector.ts'

/** Where connectors are looked for beside those of this repository (`PLIMSOLL_CONNECTORS`). */
export type ConnectorPlaces = {
  /** Each holds a folder for every connector, or is the folder of one. */
  outside?: readonly string[]
}

/**
 * Finds connectors by folder: each that holds an `index.ts` is one, under the name of its manifest. Adding a platform
 * therefore touches no other folder, this file included. Folders whose name begins with `_` are none.
 * @throws ConnectorProblem naming the folder and the cure. One that cannot be loaded is never left out in silence: its
 * connections would stand still.
 */
export async function loadConnectors(places: ConnectorPlaces = {}): Promise<Map<string, Connector>> {
  const connectors = new Map<string, Connector>()
  for (const [id, folder] of connectorFolders(places)) connectors.set(id, await importConnector(folder))
  return connectors
}

/** Ids of all connectors, in alphabetical order. */
export function listConnectorIds(places: ConnectorPlaces = {}): string[] {
  return [...connectorFolders(places).keys()]
}

/**
 * The simulator of a platform, as a function that starts it; undefined where there is none.
 * It is the one export of `simulator.ts` or `simulator/index.ts` that is called `create…Simulator`.
 * Loaded only when asked for: the hub itself needs no simulator.
 */
export async function loadSimulator(
  id: string,
  places: ConnectorPlaces = {},
): Promise<StartSimulator | undefined> {
  const folder = connectorFolders(places).get(id)
  return folder === undefined ? undefined : await importSimulator(folder)
}

/**
 * How the conformance suite is started for a connector: what `conformance.ts` beside its `index.ts` exports.
 * @param nameOrFolder the id of a known connector, or the path of a folder that need not be known
 */
export async function loadConformance(
  nameOrFolder: string,
  places: ConnectorPlaces = {},
): Promise<{ id: string; setups: ConformanceSetups }> {
  const known = connectorFolders(places)
  const folder = known.get(nameOrFolder) ?? outsideFolder(nameOrFolder, [...known.keys()])
  const { manifest } = await importConnector(folder)
  return { id: manifest.id, setups: await importConformance(folder) }
}

function outsideFolder(nameOrFolder: string, known: readonly string[]): string {
  const folder = realFolder(nameOrFolder)
  if (folder === undefined)
    throw new ConnectorProblem(
      `There is no connector and no folder "${nameOrFolder}"; there are: ${known.join(', ')}. A folder is named by its path, such as ./lantern.`,
    )
  if (!isConnectorFolder(folder))
    throw new ConnectorProblem(`${folder} holds no index.ts: it is no connector.`)
  return folder
}

const here = import.meta.dirname

/** Id → folder, by id. */
function connectorFolders({ outside = [] }: ConnectorPlaces): Map<string, string> {
  const found = new Map<string, string>()
  for (const folder of [...foldersIn(here), ...outside.flatMap(foldersOutside)]) {
    const id = path.basename(folder)
    const other = found.get(id)
    if (other !== undefined)
      throw new ConnectorProblem(`${other} and ${folder} are both the connector "${id}". Rename one of them.`)
    found.set(id, folder)
  }
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)))
}

function foldersOutside(given: string): string[] {
  const folder = realFolder(given)
  if (folder === undefined)
    throw new ConnectorProblem(
      `PLIMSOLL_CONNECTORS names ${given}, and there is no such folder. Correct it, or leave it out.`,
    )
  if (isConnectorFolder(folder)) return [folder]
  const inside = foldersIn(folder)
  if (inside.length > 0) return inside
  throw new ConnectorProblem(
    `PLIMSOLL_CONNECTORS names ${given}, and no folder in it holds an index.ts. Make a connector there: plimsoll connector new ID --to ${given}.`,
  )
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^[._]|^node_modules$/.test(entry.name))
    .map((entry) => path.join(folder, entry.name))
    .filter(isConnectorFolder)
}
