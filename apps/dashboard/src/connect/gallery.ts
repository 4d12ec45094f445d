import type { ConnectorForms } from './access-form.tsx'

export type Tile = { connector: ConnectorForms; name?: string }
const kinds = ['channel', 'warehouse', 'erp'] as const
export type Kind = 'all' | (typeof kinds)[number]

/** The kinds that there are something of, all first; none where there is but one. */
export function kindsOf(connectors: readonly ConnectorForms[]): Kind[] {
  const some = kinds.filter((kind) => connectors.some((connector) => connector.kind === kind))
  return some.length < 2 ? [] : ['all', ...some]
}

/**
 * A tile for each platform, and for each name that people look for and that is described by samples; by their names.
 * @param choice.search every word of it begins a word of the tile's name, whatever the case
 */
export function tilesOf(
  connectors: readonly ConnectorForms[],
  { search, kind }: { search: string; kind: Kind },
): Tile[] {
  const tiles = connectors
    .filter((connector) => kind === 'all' || connector.kind === kind)
    .flatMap((connector): Tile[] => [
      { connector },
      ...(connector.samples?.names ?? []).map((name) => ({ connector, name })),
    ])
  const titleOf = (tile: Tile) => tile.name ?? tile.connector.name
  const wanted = wordsOf(search)
  return tiles
    .filter((tile) => {
      const words = wordsOf(titleOf(tile))
      return wanted.every((each) => words.some((word) => word.startsWith(each)))
    })
    .sort((one, other) => titleOf(one).localeCompare(titleOf(other)))
}

const wordsOf = (text: string) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
