import { type DemoApi, owner } from './demo-api.ts'

/**
 * Gives the hub its first owner, somebody invited and a key for a program; from then on the hub asks who comes.
 * @param isOpen it has none yet
 * @returns the token of the invitation
 */
export async function dressAccounts(api: DemoApi, isOpen: boolean): Promise<string> {
  if (isOpen) {
    await api.ask('POST', '/setup', { ...owner, organization: 'Harbour & Co.', language: 'en' })
    await api.signIn()
    await api.ask('POST', '/api-keys', { name: 'Month-end export', role: 'viewer', scopes: ['stock:read'] })
  }
  const { url } = await api.ask<{ url: string }>('POST', '/invitations', {
    email: 'bo@harbour.example',
    role: 'operator',
    language: 'en',
  })
  return new URL(url).searchParams.get('token') ?? ''
}
