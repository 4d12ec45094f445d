import { readdirSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Connector, manifestProblems } from '@plimsoll/connector-kit'
import type { ConformanceSetups } from '@plimsoll/connector-kit/conformance-suite'
import type { RunningSimulator, SimulatorOptions } from '@plimsoll/connector-kit/simulator'
import { letImportKit } from './outside-imports.ts'

/** Loads what the folder of one connector holds. What is wrong with it is said with the folder, the file and the cure. */

/** A folder that cannot be used as a connector: for whoever wrote or named it. */
export class ConnectorProblem extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ConnectorProblem'
  }
}

/** A running simulator, and what a connection to it is made with. */
export type StartedSimulator = RunningSimulator & {
  settings: unknown
  credentials: unknown
  /** As if so many ids had been given before: what a shop that is opened again sells is new. Absent: it cannot be. */
  skipIds?(count: number): void
}

export type StartSimulator = (
  /** Beyond these, whatever the platform's own simulator takes (its README says what). */
  options?: SimulatorOptions & { name?: string; currency?: string; [option: string]: unknown },
) => Promise<StartedSimulator>

export function isConnectorFolder(folder: string): boolean {
  return fileOf(folder, 'index') !== undefined
}

/** @throws ConnectorProblem */
export async function importConnector(folder: string): Promise<Connector> {
  const file = fileOf(folder, 'index')
  if (file === undefined) throw new ConnectorProblem(`${folder} holds no index.ts.`)
  const module = await importFile(folder, file)
  const found = 'connector' in module ? module.connector : undefined
  if (!isConnector(found))
    throw new ConnectorProblem(
      `${file} exports no \`connector\`. Write: export const connector = defineConnector({ … }).`,
    )
  const id = path.basename(folder)
  if (found.manifest.id !== id)
    throw new ConnectorProblem(
      `${folder} calls itself "${found.manifest.id}": folder and id must be the same. Rename one of them.`,
    )
  const [problem] = manifestProblems(found)
  if (problem !== undefined) throw new ConnectorProblem(`${file}: ${problem}`)
  return found
}

/** Undefined where the folder has no simulator. @throws ConnectorProblem */
export async function importSimulator(folder: string): Promise<StartSimulator | undefined> {
  const file = fileOf(path.join(folder, 'simulator'), 'index') ?? fileOf(folder, 'simulator')
  if (file === undefined) return undefined
  const module = await importFile(folder, file)
  const start = Object.entries(module).find(([name]) => /^create\w+Simulator$/.test(name))?.[1]
  if (!isStart(start)) throw new ConnectorProblem(`${file} exports no function create…Simulator.`)
  return start
}

/** @throws ConnectorProblem */
export async function importConformance(folder: string): Promise<ConformanceSetups> {
  const file = fileOf(folder, 'conformance')
  if (file === undefined)
    throw new ConnectorProblem(
      `${folder} holds no conformance.ts, which says how its simulator is started for the suite. See docs/guides/write-a-connector.md.`,
    )
  const module = await importFile(folder, file)
  const setups = 'conformance' in module ? module.conformance : undefined
  if (!isSetups(setups))
    throw new ConnectorProblem(
      `${file} exports no \`conformance\`. Write: export const conformance: ConformanceSetups = { 'a name': { connector, start } }.`,
    )
  return setups
}

async function importFile(folder: string, file: string): Promise<object> {
  letImportKit(folder)
  try {
    return await import(pathToFileURL(file).href)
  } catch (cause) {
    throw new ConnectorProblem(`${file} cannot be loaded: ${describe(cause)}`, { cause })
  }
}

const ENDINGS = ['ts', 'js', 'mjs']

function fileOf(folder: string, name: string): string | undefined {
  const files = filesIn(folder)
  const ending = ENDINGS.find((each) => files.includes(`${name}.${each}`))
  return ending === undefined ? undefined : path.join(folder, `${name}.${ending}`)
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw new ConnectorProblem(`${folder} cannot be read: ${describe(error)}`, { cause: error })
  }
}

function describe(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING')
    return 'Node reads no TypeScript below node_modules. Put it elsewhere, or compile it to index.js.'
  // What TypeScript cannot be run comes with a picture of the place.
  const [said = ''] = (error instanceof Error ? error.message : String(error)).trim().split('\n')
  return /[.!?]$/.test(said) ? said : `${said}.`
}

/** Its own schemas check what is given to it, so its settings and credentials are unknown from here on. */
function isConnector(value: unknown): value is Connector {
  if (typeof value !== 'object' || value === null) return false
  const hasManifest = 'manifest' in value && typeof value.manifest === 'object' && value.manifest !== null
  return hasManifest && 'open' in value && 'webhooks' in value
}

function isStart(value: unknown): value is StartSimulator {
  return typeof value === 'function'
}

function isSetups(value: unknown): value is ConformanceSetups {
  if (typeof value !== 'object' || value === null) return false
  const setups = Object.values(value)
  return setups.length > 0 && setups.every(isSetup)
}

function isSetup(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'connector' in value && 'start' in value
}
