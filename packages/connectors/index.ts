import { readdirSync } from 'node:fs'
import type { Connector } from '@plimsoll/connector-kit'
import type { RunningSimulator, SimulatorOptions } from '@plimsoll/connector-kit/simulator'

/**
 * Finds connectors by folder: each subfolder with an `index.ts` is one, under the name of its manifest.
 * Adding a platform therefore touches no other folder, this file included.
 */
export async function loadConnectors(): Promise<Map<string, Connector>> {
  const connectors = new Map<string, Connector>()
  for (const id of listConnectorIds()) {
    const module: object = await import(new URL(`./${id}/index.ts`, import.meta.url).href)
    const found = connectorIn(module)
    if (found === undefined) throw new Error(`connectors/${id}/index.ts exports no \`connector\``)
    if (found.manifest.id !== id) {
      throw new Error(`connectors/${id} calls itself ${found.manifest.id}: folder and id must be the same`)
    }
    connectors.set(id, found)
  }
  return connectors
}

/** Folder names of all connectors, in alphabetical order. */
export function listConnectorIds(): string[] {
  const here = new URL('.', import.meta.url)
  return readdirSync(here, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && filesIn(entry.name).includes('index.ts'))
    .map((entry) => entry.name)
    .sort()
}

/** A running simulator, and what a connection to it is made with. */
export type StartedSimulator = RunningSimulator & { settings: unknown; credentials: unknown }

export type StartSimulator = (
  /** Beyond these, whatever the platform's own simulator takes (its README says what). */
  options?: SimulatorOptions & { name?: string; currency?: string; [option: string]: unknown },
) => Promise<StartedSimulator>

/**
 * The simulator of a platform, as a function that starts it; undefined where there is none.
 * It is the one export of `simulator.ts` or `simulator/index.ts` that is called `create…Simulator`.
 * Loaded only when asked for: the hub itself needs no simulator.
 */
export async function loadSimulator(id: string): Promise<StartSimulator | undefined> {
  if (!listConnectorIds().includes(id)) return undefined
  const files = filesIn(id)
  const path = files.includes('simulator') ? 'simulator/index.ts' : 'simulator.ts'
  if (!files.includes('simulator') && !files.includes('simulator.ts')) return undefined
  const module: object = await import(new URL(`./${id}/${path}`, import.meta.url).href)
  const start = Object.entries(module).find(([name]) => /^create\w+Simulator$/.test(name))?.[1]
  if (!isStart(start)) throw new Error(`connectors/${id}/${path} exports no create…Simulator`)
  return start
}

function filesIn(folder: string): string[] {
  return readdirSync(new URL(`./${folder}/`, import.meta.url))
}

function connectorIn(module: object): Connector | undefined {
  return 'connector' in module && isConnector(module.connector) ? module.connector : undefined
}

/** Its own schemas check what is given to it, so its settings and credentials are unknown from here on. */
function isConnector(value: unknown): value is Connector {
  if (typeof value !== 'object' || value === null) return false
  return 'manifest' in value && 'open' in value && 'webhooks' in value
}

function isStart(value: unknown): value is StartSimulator {
  return typeof value === 'function'
}
