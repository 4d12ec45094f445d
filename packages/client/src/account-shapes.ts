import { z } from 'zod'

const moment = z.iso.datetime()

export const role = z
  .enum(['viewer', 'operator', 'admin', 'owner'])
  .describe(
    'viewer reads; operator works with stock and orders; admin sets things up; owner does everything.',
  )
export type RoleName = z.infer<typeof role>

export const limits = z
  .object({
    connections: z.array(z.string()).nullable().describe('Ids of connections; null: all of them.'),
    locations: z.array(z.string()).nullable().describe('Codes of locations; null: all of them.'),
  })
  .describe(
    'What may be changed, beside the role. Whoever is limited changes nothing else, and may read everything.',
  )

export const scope = z.enum([
  ...(['overview:read', 'overview:write', 'stock:read', 'stock:write'] as const),
  ...(['catalogue:read', 'catalogue:write', 'orders:read', 'orders:write'] as const),
  ...(['connections:read', 'connections:write', 'organization:read', 'organization:write'] as const),
])

/** GET /members. */
export const memberList = z.object({
  rows: z.array(
    z.object({
      personId: z.string(),
      name: z.string(),
      email: z.string(),
      role,
      limits,
      twoFactor: z.boolean().describe('Whether a second factor is asked when they sign in.'),
      isYou: z.boolean(),
      createdAt: moment,
    }),
  ),
})
export type MemberList = z.infer<typeof memberList>

/** GET /invitations. */
export const invitationList = z.object({
  rows: z.array(
    z.object({
      invitationId: z.string(),
      email: z.string(),
      role,
      limits,
      createdAt: moment,
      expiresAt: moment,
    }),
  ),
})
export type InvitationList = z.infer<typeof invitationList>

/** POST /invitations. */
export const invited = z.object({
  invitationId: z.string(),
  url: z
    .string()
    .describe('The link of the letter, shown this once: to hand on where no mail server is set.'),
})
export type Invited = z.infer<typeof invited>

/** GET /api-keys. */
export const apiKeyList = z.object({
  rows: z.array(
    z.object({
      keyId: z.string(),
      name: z.string(),
      hint: z.string().describe('Its first characters.'),
      role,
      scopes: z.array(scope),
      limits,
      createdBy: z.string(),
      createdAt: moment,
      expiresAt: moment.nullable(),
      revokedAt: moment.nullable(),
      lastUsedAt: moment.nullable().describe('To within a minute.'),
    }),
  ),
})
export type ApiKeyList = z.infer<typeof apiKeyList>

/** POST /api-keys. */
export const apiKeyMade = z.object({
  keyId: z.string(),
  secret: z.string().describe('The key itself, shown this once.'),
})
export type ApiKeyMade = z.infer<typeof apiKeyMade>

/** GET /audit-log. */
/** Those who are members or keys now; who left is in none. */
export const actorList = z.object({
  rows: z.array(
    z.object({
      actor: z.string().describe('`user:…` or `key:…`, as it stands beside what they did.'),
      name: z.string(),
    }),
  ),
})
export type ActorList = z.infer<typeof actorList>

export const auditPage = z.object({
  rows: z.array(
    z.object({
      auditId: z.string(),
      at: moment,
      actor: z.string().describe('`user:…`, `key:…`; `api` or `cli` before the hub had accounts.'),
      name: z.string().nullable().describe('Of the person or the key, while there is one.'),
      action: z.string(),
      subject: z.string().nullable(),
      detail: z.record(z.string(), z.unknown()).nullable(),
    }),
  ),
  next: z.string().nullable(),
})
export type AuditPage = z.infer<typeof auditPage>

/** GET /organization. */
export const organizationView = z.object({
  organizationId: z.string(),
  name: z.string(),
  role: role.describe('Yours.'),
  limits: limits.describe('Yours.'),
})
export type OrganizationView = z.infer<typeof organizationView>

/** GET /me. */
export const me = z.object({
  kind: z.enum(['machine', 'person', 'key']).describe('machine: the hub has no accounts yet.'),
  name: z.string().nullable(),
  email: z.string().nullable(),
  personId: z.string().nullable(),
  organizations: z.array(
    z.object({
      organizationId: z.string(),
      name: z.string(),
      role,
      isSample: z.boolean().describe('Made to be tried: nothing in it is real.'),
    }),
  ),
  mayMakeOrganizations: z.boolean(),
  mayMakeSample: z.boolean(),
})
export type Me = z.infer<typeof me>

/** GET /setup. */
export const setupState = z.object({
  isOpen: z
    .boolean()
    .describe('Whether nobody owns anything yet; then the hub serves its own machine alone.'),
  signUp: z.enum(['invited', 'open']).describe('open: anybody may sign up.'),
  needsCode: z
    .boolean()
    .describe('Whether setting it up from here needs the code that the hub wrote when it started.'),
  singleSignOn: z.string().nullable().describe('The name of the provider that people may sign in with.'),
  sendsMail: z.boolean().describe('false: letters wait on the hub’s machine.'),
})
export type SetupState = z.infer<typeof setupState>

/** GET /invitation. */
export const invitationView = z.object({
  organization: z.string(),
  email: z.string(),
  role,
  hasAccount: z.boolean().describe('Whether somebody with this address has an account already.'),
  expiresAt: moment,
})
export type InvitationView = z.infer<typeof invitationView>

/** POST /setup, /join, /organizations. */
export const organizationEntered = z.object({ organizationId: z.string() })

const givenRole = z.enum(['viewer', 'operator', 'admin'])

/** GET and PUT /single-sign-on. */
export const singleSignOnView = z.object({
  redirectUri: z.string().describe('What the provider is to be told as the address to send people back to.'),
  setting: z
    .object({
      name: z.string().describe('What the button says.'),
      issuer: z.string(),
      clientId: z.string(),
      domains: z
        .array(z.string())
        .describe('Of e-mail addresses; what the provider says of others is not believed.'),
      newcomers: z
        .object({
          organizationId: z.string(),
          role: givenRole.nullable().describe('Null: only whom the claim gives one.'),
          claim: z
            .object({ name: z.string(), roles: z.array(z.object({ value: z.string(), role: givenRole })) })
            .nullable(),
        })
        .nullable()
        .describe('Where people who come first time become members; null: only who was invited comes in.'),
      isOnlyWay: z.boolean().describe('Whether people of these domains sign in in no other way.'),
    })
    .nullable()
    .describe('Null: nobody signs in so. The secret is never told.'),
})
export type SingleSignOnView = z.infer<typeof singleSignOnView>
