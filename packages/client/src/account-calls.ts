import type { z } from 'zod'
import type {
  ActorList,
  ApiKeyList,
  ApiKeyMade,
  AuditPage,
  InvitationList,
  InvitationView,
  Invited,
  Me,
  MemberList,
  OrganizationView,
  organizationEntered,
  RoleName,
  SetupState,
  SingleSignOnView,
} from './account-shapes.ts'
import type { ApiProblem } from './client.ts'

/** Calls about who is who: set-up, invitations, members, keys; and those of sign-in, below `/api/auth`. */

export type LimitsBody = { connections: string[] | null; locations: string[] | null }
export type MemberBody = { role: RoleName; limits?: LimitsBody }
export type OrganizationEntered = z.infer<typeof organizationEntered>
export type NewOwnerBody = {
  name: string
  email: string
  password: string
  organization: string
  language: 'en' | 'zh'
  code?: string
}
/** A session as its person sees it. */
export type OwnSession = {
  id: string
  token: string
  createdAt: string
  expiresAt: string
  ipAddress: string | null
  userAgent: string | null
}
export type OwnPasskey = { id: string; name: string | null; createdAt: string | null }
/** Who is signed in, as the library tells it; null: nobody. */
export type OwnAccount = {
  session: { id: string; token: string }
  user: { id: string; name: string; email: string; twoFactorEnabled: boolean | null; language: string | null }
} | null

type Call = <T>(method: string, path: string, body?: unknown, signal?: AbortSignal) => Promise<T>

/** @param auth the same for what lies below `/api/auth`, whose refusals are `ApiProblem`s too */
export function accountCalls(
  call: Call,
  auth: Call,
  toQuery: (query: Record<string, string | number | undefined>) => string,
) {
  const id = encodeURIComponent
  return {
    setupState: (signal?: AbortSignal) => call<SetupState>('GET', '/setup', undefined, signal),
    setUp: (owner: NewOwnerBody) => call<OrganizationEntered>('POST', '/setup', owner),
    me: (signal?: AbortSignal) => call<Me>('GET', '/me', undefined, signal),
    invitation: (token: string) => call<InvitationView>('GET', `/invitation${toQuery({ token })}`),
    join: (person: { token: string; name: string; password: string; language: 'en' | 'zh' }) =>
      call<OrganizationEntered>('POST', '/join', person),
    acceptInvitation: (token: string) => call<OrganizationEntered>('POST', '/accept-invitation', { token }),
    makeOrganization: (name: string) => call<OrganizationEntered>('POST', '/organizations', { name }),
    makeSample: (language: 'en' | 'zh') => call<OrganizationEntered>('POST', '/sample-brand', { language }),
    /** @param name as it is now: that confirms it */
    deleteOrganization: (name: string) => call<object>('DELETE', '/organization', { name }),
    organization: (signal?: AbortSignal) => call<OrganizationView>('GET', '/organization', undefined, signal),
    renameOrganization: (name: string) => call<object>('PATCH', '/organization', { name }),
    members: (signal?: AbortSignal) => call<MemberList>('GET', '/members', undefined, signal),
    changeMember: (personId: string, member: MemberBody) =>
      call<object>('PUT', `/members/${id(personId)}`, member),
    removeMember: (personId: string) => call<object>('DELETE', `/members/${id(personId)}`),
    invitations: (signal?: AbortSignal) => call<InvitationList>('GET', '/invitations', undefined, signal),
    invite: (person: MemberBody & { email: string; language: 'en' | 'zh' }) =>
      call<Invited>('POST', '/invitations', person),
    withdrawInvitation: (invitationId: string) => call<object>('DELETE', `/invitations/${id(invitationId)}`),
    apiKeys: (signal?: AbortSignal) => call<ApiKeyList>('GET', '/api-keys', undefined, signal),
    makeApiKey: (key: MemberBody & { name: string; scopes: string[]; expiresAt?: string | null }) =>
      call<ApiKeyMade>('POST', '/api-keys', key),
    revokeApiKey: (keyId: string) => call<object>('DELETE', `/api-keys/${id(keyId)}`),
    actors: (signal?: AbortSignal) => call<ActorList>('GET', '/actors', undefined, signal),
    auditLog: (query: { cursor?: string; limit?: number; actor?: string }, signal?: AbortSignal) =>
      call<AuditPage>('GET', `/audit-log${toQuery(query)}`, undefined, signal),

    singleSignOn: (signal?: AbortSignal) =>
      call<SingleSignOnView>('GET', '/single-sign-on', undefined, signal),
    setSingleSignOn: (setting: NonNullable<SingleSignOnView['setting']> & { clientSecret?: string }) =>
      call<SingleSignOnView>('PUT', '/single-sign-on', setting),
    removeSingleSignOn: () => call<object>('DELETE', '/single-sign-on'),

    /** @param callbackURL the page to come back to @returns where the browser is to go: to the provider */
    leaveForProvider: (callbackURL: string) =>
      auth<{ url: string }>('POST', '/sign-in/social', { callbackURL }),
    /** @returns whether a second factor is asked for now */
    signIn: (email: string, password: string) =>
      auth<{ twoFactorRedirect?: boolean }>('POST', '/sign-in/email', { email, password }),
    /** Where anybody may sign up; afterwards a letter asks whether the address is theirs. */
    signUp: (person: { name: string; email: string; password: string; language: 'en' | 'zh' }) =>
      auth<object>('POST', '/sign-up/email', { ...person, callbackURL: '/' }),
    signOut: () => auth<object>('POST', '/sign-out', {}),
    account: (signal?: AbortSignal) => auth<OwnAccount>('GET', '/get-session', undefined, signal),
    askForReset: (email: string) => auth<object>('POST', '/request-password-reset', { email }),
    resetPassword: (token: string, newPassword: string) =>
      auth<object>('POST', '/reset-password', { token, newPassword }),
    changePassword: (currentPassword: string, newPassword: string) =>
      auth<object>('POST', '/change-password', { currentPassword, newPassword, revokeOtherSessions: true }),
    sessions: (signal?: AbortSignal) => auth<OwnSession[]>('GET', '/list-sessions', undefined, signal),
    endSession: (token: string) => auth<object>('POST', '/revoke-session', { token }),
    endOtherSessions: () => auth<object>('POST', '/revoke-other-sessions', {}),
    beginTwoFactor: (password: string) =>
      auth<{ totpURI: string; backupCodes: string[] }>('POST', '/two-factor/enable', { password }),
    verifyTotp: (code: string, trustDevice = false) =>
      auth<object>('POST', '/two-factor/verify-totp', { code, trustDevice }),
    verifyBackupCode: (code: string) => auth<object>('POST', '/two-factor/verify-backup-code', { code }),
    endTwoFactor: (password: string) => auth<object>('POST', '/two-factor/disable', { password }),
    passkeys: (signal?: AbortSignal) =>
      auth<OwnPasskey[]>('GET', '/passkey/list-user-passkeys', undefined, signal),
    /** What the browser is asked to make a passkey with, and then what it has made. */
    passkeyToMake: () => auth<object>('GET', '/passkey/generate-register-options'),
    savePasskey: (response: object, name: string) =>
      auth<object>('POST', '/passkey/verify-registration', { response, name }),
    passkeyToShow: () => auth<object>('GET', '/passkey/generate-authenticate-options'),
    signInWithPasskey: (response: object) =>
      auth<object>('POST', '/passkey/verify-authentication', { response }),
    removePasskey: (passkeyId: string) => auth<object>('POST', '/passkey/delete-passkey', { id: passkeyId }),
  }
}

/** Whoever asks is not on the machine of a hub that nobody has set up yet. */
export function isSetUpNeeded(error: unknown): boolean {
  const { problem } = (error ?? {}) as Partial<ApiProblem>
  return problem?.code === 'foreign-origin'
}

/** Nobody is signed in (any more). */
export function isSignInNeeded(error: unknown): boolean {
  const { problem } = (error ?? {}) as Partial<ApiProblem>
  return problem?.code === 'sign-in-needed'
}
