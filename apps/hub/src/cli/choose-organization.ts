import type { Organization } from '@plimsoll/accounts'
import { CommandProblem } from './output.ts'

/** @throws CommandProblem where there is none of that id or name, or several of that name */
export function chooseOrganization(organizations: readonly Organization[], wanted: string): Organization {
  const byId = organizations.find(({ organizationId }) => organizationId === wanted)
  if (byId !== undefined) return byId
  const named = organizations.filter(({ name }) => name === wanted)
  const [only, another] = named
  if (only === undefined) {
    throw new CommandProblem(`There is no organization "${wanted}"; plimsoll organization list shows all.`)
  }
  if (another === undefined) return only
  const ids = named.map(({ organizationId }) => organizationId).join(', ')
  throw new CommandProblem(`Several are called "${wanted}"; give the id of one: ${ids}.`)
}
