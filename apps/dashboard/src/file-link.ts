import { currentOrganization } from './accounts/organization.ts'

/**
 * The address of a file of the API, for a link that the browser saves: a link sends no headers, so the organization stands in
 * its address.
 * @param path below `/api/v1`, its parts encoded: `/exports/items/csv`
 * @param query what is undefined or empty is left out
 */
export function fileLink(path: string, query: object = {}): string {
  const said = Object.entries({ ...query, organization: currentOrganization() }).flatMap(
    ([name, value]): [string, string][] =>
      value === undefined || value === '' ? [] : [[name, String(value)]],
  )
  return `/api/v1${path}${said.length === 0 ? '' : `?${new URLSearchParams(said)}`}`
}
