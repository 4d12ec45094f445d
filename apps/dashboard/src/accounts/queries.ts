import { queryOptions } from '@tanstack/react-query'
import { hub } from '../hub.ts'
import { settleOrganization } from './organization.ts'

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => hub.setupState(signal),
  staleTime: 0,
})
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => {
    const me = await hub.me(signal)
    settleOrganization(me.kind === 'key' ? [] : me.organizations)
    return me
  },
})
export const accountQuery = queryOptions({
  queryKey: ['account'],
  queryFn: ({ signal }) => hub.account(signal),
})
export const sessionsQuery = queryOptions({
  queryKey: ['account', 'sessions'],
  queryFn: ({ signal }) => hub.sessions(signal),
})
export const passkeysQuery = queryOptions({
  queryKey: ['account', 'passkeys'],
  queryFn: ({ signal }) => hub.passkeys(signal),
})
export const organizationQuery = queryOptions({
  queryKey: ['organization'],
  queryFn: ({ signal }) => hub.organization(signal),
})
export const membersQuery = queryOptions({
  queryKey: ['organization', 'members'],
  queryFn: ({ signal }) => hub.members(signal),
})
export const invitationsQuery = queryOptions({
  queryKey: ['organization', 'invitations'],
  queryFn: ({ signal }) => hub.invitations(signal),
})
export const apiKeysQuery = queryOptions({
  queryKey: ['organization', 'keys'],
  queryFn: ({ signal }) => hub.apiKeys(signal),
})
export const personalDataQuery = queryOptions({
  queryKey: ['organization', 'personal-data'],
  queryFn: ({ signal }) => hub.personalData(signal),
})
export const singleSignOnQuery = queryOptions({
  queryKey: ['organization', 'single-sign-on'],
  queryFn: ({ signal }) => hub.singleSignOn(signal),
})
