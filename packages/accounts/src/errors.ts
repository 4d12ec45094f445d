/**
 * Every refusal of the accounts package: stable code, HTTP status, whose fault, and the cure.
 * A test holds this list equal to docs/reference/errors.md.
 */
export const accountErrors = {
  'sign-in-needed': { status: 401, fault: 'yours', cure: 'Sign in, or send an API key as a bearer token.' },
  'key-refused': { status: 401, fault: 'yours', cure: 'Use a key that is neither revoked nor over.' },
  'not-a-member': { status: 403, fault: 'yours', cure: 'Ask an owner of the organization to invite you.' },
  'not-allowed': {
    status: 403,
    fault: 'yours',
    cure: 'Ask somebody with that role to do it, or to give you more.',
  },
  'organization-missing': {
    status: 400,
    fault: 'yours',
    cure: 'Say which organization in the header Plimsoll-Organization.',
  },
  'setup-done': { status: 409, fault: 'yours', cure: 'Sign in; an owner can invite others.' },
  'setup-code-wrong': {
    status: 403,
    fault: 'yours',
    cure: 'Use the code that plimsoll account setup-code prints on the hub’s machine.',
  },
  'unknown-member': { status: 404, fault: 'yours', cure: 'Use the id of a member of the organization.' },
  'unknown-invitation': {
    status: 404,
    fault: 'yours',
    cure: 'Ask for another invitation; each is used once.',
  },
  'invited-other': { status: 409, fault: 'yours', cure: 'Sign in with the address that was invited.' },
  'already-member': { status: 409, fault: 'yours', cure: 'Change their role instead.' },
  'unknown-key': { status: 404, fault: 'yours', cure: 'Use the id of a key of the organization.' },
  'role-too-high': {
    status: 403,
    fault: 'yours',
    cure: 'Give at most the role, the limits and the scopes that you have.',
  },
  'last-owner': {
    status: 409,
    fault: 'yours',
    cure: 'Make somebody else an owner without limits first.',
  },
  'name-differs': {
    status: 422,
    fault: 'yours',
    cure: 'Give its name exactly as it is written: that confirms it.',
  },
  'samples-off': {
    status: 403,
    fault: 'yours',
    cure: 'Ask whoever runs this hub; PLIMSOLL_SAMPLES=off is set there.',
  },
  'account-refused': { status: 422, fault: 'yours', cure: 'Correct what was given, and try again.' },
  'single-sign-on-off': {
    status: 404,
    fault: 'yours',
    cure: 'Sign in with your password, or ask an owner to set single sign-on up.',
  },
  'single-sign-on-needed': {
    status: 403,
    fault: 'yours',
    cure: 'Sign in through single sign-on. On the hub’s machine `plimsoll account sso other-ways` lets passwords in again.',
  },
  'provider-unreachable': {
    status: 502,
    fault: 'passing',
    cure: 'Try again in a moment; if it stays so, look at the provider, and at whether the hub reaches it.',
  },
  'provider-unfit': {
    status: 422,
    fault: 'yours',
    cure: 'Give the issuer as the provider’s discovery document says it.',
  },
  'too-many-organizations': {
    status: 409,
    fault: 'yours',
    cure: 'Delete one that you need no more; whoever runs this hub allows more with PLIMSOLL_ORGANIZATIONS_MAX.',
  },
  'too-many-letters': {
    status: 429,
    fault: 'yours',
    cure: 'Wait an hour, then try again; what was sent until now stays.',
  },
  'too-many-tries': { status: 429, fault: 'yours', cure: 'Wait a minute, then try again.' },
} as const satisfies Record<
  string,
  { status: number; fault: 'ours' | 'yours' | 'theirs' | 'passing'; cure: string }
>

export type AccountErrorCode = keyof typeof accountErrors

export class AccountProblem extends Error {
  readonly code: AccountErrorCode
  readonly field: string | undefined

  constructor(code: AccountErrorCode, message: string, field?: string) {
    super(message)
    this.name = 'AccountProblem'
    this.code = code
    this.field = field
  }
}
