import { globSync, readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { fileLink } from './file-link.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

function showing(organization: string | null): void {
  vi.stubGlobal('sessionStorage', { getItem: () => organization })
}

test('a link says of which brand the file is that this page shows, beside its filter', () => {
  showing('o-2')
  expect(fileLink('/exports/items/csv')).toBe('/api/v1/exports/items/csv?organization=o-2')
  const filter = { search: 'a & b', only: '', cursor: undefined, offset: 0 }
  expect(fileLink('/tables/listItems/csv', filter)).toBe(
    '/api/v1/tables/listItems/csv?search=a+%26+b&offset=0&organization=o-2',
  )
  showing(null)
  expect(fileLink('/exports/items/csv')).toBe('/api/v1/exports/items/csv')
})

test('no screen writes such an address itself: it would forget of which brand it is', () => {
  const root = new URL('./', import.meta.url)
  const sources = globSync('**/*.tsx', { cwd: root.pathname })
  expect(sources.length).toBeGreaterThan(100)
  const own = sources.filter((file) => /['"`]\/api\/v1\//.test(readFileSync(new URL(file, root), 'utf8')))
  expect(own).toEqual([])
})
