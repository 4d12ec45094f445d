import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ConnectorProblem } from './connector-folder.ts'

/** A new connector is a copy of `_template` with its names put in: what it starts from is itself tried by the tests. */

const here = import.meta.dirname
const template = path.join(here, '_template')

export type NewConnector = {
  id: string
  /** What people call the platform; made of the id unless given. */
  name?: string
  /** The folder in which its folder is made; this repository's connectors unless given. */
  to?: string
}

/**
 * Writes the folder of a new connector. It passes the conformance suite before a line of it is changed.
 * @throws ConnectorProblem where the id cannot be one, or something is there already
 */
export function makeConnector({ id, name = nameOf(id), to }: NewConnector): {
  folder: string
  files: string[]
} {
  if (!/^[a-z][a-z0-9-]{1,39}$/.test(id))
    throw new ConnectorProblem(
      `"${id}" is no id. Use 2 to 40 small letters, digits and hyphens: lantern-market.`,
    )
  if (!/^[^'"`\\\p{Cc}]{1,60}$/u.test(name))
    throw new ConnectorProblem('Give a name of 1 to 60 characters without quotation marks.')
  if (existsSync(path.join(here, id, 'index.ts')))
    throw new ConnectorProblem(`There is a connector "${id}" in this repository. Take another id.`)
  const folder = path.join(to === undefined ? here : path.resolve(to), id)
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new ConnectorProblem(`${folder} is there already. Take another id, or another folder with --to.`)

  mkdirSync(path.join(folder, 'simulator'), { recursive: true })
  const isOutside = path.relative(here, realpathSync(folder)).startsWith('..')
  const files = [...copies({ id, name, isOutside }), ...(isOutside ? surroundings(folder) : [])]
  for (const { file, text } of files) writeFileSync(path.join(folder, file), text)
  return { folder, files: files.map(({ file }) => file).sort() }
}

type File = { file: string; text: string }

function copies({ id, name, isOutside }: { id: string; name: string; isOutside: boolean }): File[] {
  return (
    readdirSync(template, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(template, path.join(entry.parentPath, entry.name)))
      // Vitest looks into this repository alone; outside the command runs the same suite.
      .filter((file) => !(isOutside && file.endsWith('.test.ts')))
      .map((file) => ({ file, text: renamed(readFileSync(path.join(template, file), 'utf8'), { id, name }) }))
  )
}

function renamed(text: string, { id, name }: { id: string; name: string }): string {
  return text
    .replaceAll('my-platform', id)
    .replaceAll('My Platform', name)
    .replaceAll('MyPlatform', pascal(id))
}

/**
 * What a folder outside of the repository needs for editors and for `tsc`: the hub itself finds the kit without. Paths
 * lead to this checkout.
 */
function surroundings(folder: string): File[] {
  const repository = path.resolve(here, '..', '..')
  const way = (...parts: string[]): string =>
    path
      .relative(realpathSync(folder), path.join(repository, ...parts))
      .split(path.sep)
      .join('/')
  const kit = (...parts: string[]): string[] => [way('packages', 'connector-kit', 'src', ...parts)]
  const tsconfig = {
    extends: way('tsconfig.json'),
    compilerOptions: {
      typeRoots: [way('node_modules', '@types')],
      paths: {
        '@plimsoll/connector-kit': kit('index.ts'),
        '@plimsoll/connector-kit/conformance-suite': kit('conformance', 'suite.ts'),
        '@plimsoll/connector-kit/simulator': kit('simulator', 'index.ts'),
        fastify: [way('node_modules', 'fastify', 'fastify.d.ts')],
        zod: [way('node_modules', 'zod', 'index.d.ts')],
      },
    },
    include: ['.'],
    exclude: ['node_modules'],
  }
  const manifest = { name: `plimsoll-connector-${path.basename(folder)}`, private: true, type: 'module' }
  return [
    { file: 'package.json', text: `${JSON.stringify(manifest, null, 2)}\n` },
    { file: 'tsconfig.json', text: `${JSON.stringify(tsconfig, null, 2)}\n` },
  ]
}

/** `lantern-market` → `Lantern Market` */
function nameOf(id: string): string {
  return words(id).join(' ')
}

/** `lantern-market` → `LanternMarket` */
function pascal(id: string): string {
  return words(id).join('')
}

function words(id: string): string[] {
  return id
    .split('-')
    .filter((word) => word !== '')
    .map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)
}
