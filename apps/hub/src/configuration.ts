import { delimiter, resolve } from 'node:path'
import { z } from 'zod'
import { type MailServer, MailServerProblem, readMailServer } from './mail/mail-server.ts'

/**
 * What the process is told from outside: environment variables, overridden by options of the command.
 * This is the only file of the hub that reads the environment.
 */
export type Configuration = {
  databaseUrl: string | undefined
  dataFolder: string
  /** Where it listens: this machine alone unless told otherwise. */
  host: string
  /** Which proxies are believed when they say for whom they ask: as Fastify's `trustProxy`. */
  trustProxy: string | false
  /** Who may make an account: whoever was invited, or anybody. */
  signUp: 'invited' | 'open'
  /** How many organizations one person may make; undefined: any number. */
  organizationsMax?: number | undefined
  /** 0: any free port. */
  port: number
  /** Where platforms reach this hub; webhooks are registered below it. */
  publicUrl: string | undefined
  secretKey: string | undefined
  logLevel: (typeof LOG_LEVELS)[number]
  roles: { api: boolean; worker: boolean }
  /** Folders with connectors beside those of this repository. */
  connectorFolders: readonly string[]
  /** The one folder of this machine below which those of connections may be; undefined: none may. */
  filesFolder?: string | undefined
  /** By which server letters are sent; undefined: they wait, to be read on this machine. */
  mail?: MailServer | undefined
  /** `off`: nobody makes sample brands here, and those that there are stand still. */
  samples?: 'on' | 'off' | undefined
  /** Whether alerts may be told to addresses inside private networks. */
  allowsPrivateWebhooks?: boolean | undefined
  /** Whether connections may lead into private networks where anybody may sign up; elsewhere they may. */
  allowsPrivateConnections?: boolean | undefined
}

/** Whether requests of others may come in from this machine's own address: through a proxy, or a tunnel. */
export function isShownToOthers({
  publicUrl,
  trustProxy,
}: Pick<Configuration, 'publicUrl' | 'trustProxy'>): boolean {
  const name = publicUrl === undefined ? 'localhost' : new URL(publicUrl).hostname
  return trustProxy !== false || !['127.0.0.1', 'localhost', '[::1]'].includes(name)
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

const environment = z.object({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'give an address such as postgres://user@host/database' })
    .optional(),
  PLIMSOLL_DATA: z.string().min(1).optional(),
  PLIMSOLL_PORT: z
    .string()
    .regex(/^\d+$/, 'give a whole number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'give a whole number from 0 to 65535')
    .optional(),
  PLIMSOLL_HOST: z.string().min(1).optional(),
  PLIMSOLL_TRUST_PROXY: z.string().min(1).optional(),
  PLIMSOLL_SIGN_UP: z.enum(['invited', 'open'], 'use invited or open').optional(),
  PLIMSOLL_ORGANIZATIONS_MAX: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'give a whole number from 1')
    .transform(Number)
    .optional(),
  PLIMSOLL_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'give a whole address, such as https://hub.example' })
    .optional(),
  PLIMSOLL_SECRET_KEY: z.string().min(1).optional(),
  PLIMSOLL_LOG: z.enum(LOG_LEVELS, `use one of ${LOG_LEVELS.join(', ')}`).optional(),
  PLIMSOLL_ROLE: z.string().optional(),
  PLIMSOLL_CONNECTORS: z.string().optional(),
  PLIMSOLL_FILES: z.string().min(1).optional(),
  PLIMSOLL_SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'give an address such as smtp://user:password@mail.example:587' })
    .optional(),
  PLIMSOLL_MAIL_FROM: z.string().optional(),
  PLIMSOLL_SAMPLES: z.enum(['on', 'off'], 'use on or off').optional(),
  PLIMSOLL_PRIVATE_WEBHOOKS: z.enum(['true', 'false'], 'use true or false').optional(),
  PLIMSOLL_PRIVATE_CONNECTIONS: z.enum(['true', 'false'], 'use true or false').optional(),
})

export const DEFAULT_PORT = 7_460

export type ConfigurationOptions = {
  data?: string | undefined
  databaseUrl?: string | undefined
  port?: number | undefined
  publicUrl?: string | undefined
  role?: string | undefined
  log?: string | undefined
}

/** Which option says the same as a variable: a person is told of the one that they used. */
const OPTION_OF: Readonly<Record<string, string>> = {
  DATABASE_URL: '--database-url',
  PLIMSOLL_PUBLIC_URL: '--public-url',
  PLIMSOLL_LOG: '--log',
}

/**
 * @param defaults what holds where neither an option nor a variable says it
 * @throws ConfigurationError naming the variable or option and the cure
 */
export function readConfiguration(
  options: ConfigurationOptions = {},
  defaults: { logLevel: Configuration['logLevel'] } = { logLevel: 'info' },
): Configuration {
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse({
    ...given,
    ...(options.databaseUrl !== undefined && { DATABASE_URL: options.databaseUrl }),
    ...(options.log !== undefined && { PLIMSOLL_LOG: options.log }),
    ...(options.port !== undefined && { PLIMSOLL_PORT: String(options.port) }),
    ...(options.publicUrl !== undefined && { PLIMSOLL_PUBLIC_URL: options.publicUrl }),
  })
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const variable = issue?.path.join('.') ?? ''
    const option = OPTION_OF[variable]
    const name = option === undefined ? variable : `${option} (${variable})`
    // The value itself may hold a password, so it is not repeated.
    throw new ConfigurationError(`${name}: ${issue?.message ?? 'is not valid'}.`)
  }
  const env = parsed.data
  return {
    databaseUrl: env.DATABASE_URL,
    dataFolder: resolve(options.data ?? env.PLIMSOLL_DATA ?? '.plimsoll'),
    host: env.PLIMSOLL_HOST ?? '127.0.0.1',
    trustProxy: env.PLIMSOLL_TRUST_PROXY ?? false,
    signUp: env.PLIMSOLL_SIGN_UP ?? 'invited',
    organizationsMax: env.PLIMSOLL_ORGANIZATIONS_MAX ?? (env.PLIMSOLL_SIGN_UP === 'open' ? 3 : undefined),
    port: env.PLIMSOLL_PORT ?? DEFAULT_PORT,
    publicUrl: env.PLIMSOLL_PUBLIC_URL?.replace(/\/+$/, ''),
    secretKey: env.PLIMSOLL_SECRET_KEY,
    logLevel: env.PLIMSOLL_LOG ?? defaults.logLevel,
    roles: parseRoles(options.role ?? env.PLIMSOLL_ROLE ?? 'api,worker'),
    connectorFolders: parseFolders(env.PLIMSOLL_CONNECTORS ?? ''),
    filesFolder: env.PLIMSOLL_FILES === undefined ? undefined : resolve(env.PLIMSOLL_FILES),
    mail: toMailServer(env.PLIMSOLL_SMTP_URL, env.PLIMSOLL_MAIL_FROM),
    samples: env.PLIMSOLL_SAMPLES ?? 'on',
    allowsPrivateWebhooks: env.PLIMSOLL_PRIVATE_WEBHOOKS === 'true',
    allowsPrivateConnections: env.PLIMSOLL_PRIVATE_CONNECTIONS === 'true',
  }
}

function toMailServer(url: string | undefined, from: string | undefined): MailServer | undefined {
  try {
    return readMailServer({ url, from })
  } catch (error) {
    if (error instanceof MailServerProblem) throw new ConfigurationError(error.message)
    throw error
  }
}

function parseRoles(text: string): Configuration['roles'] {
  const roles = text.split(',').map((role) => role.trim())
  const unknown = roles.find((role) => role !== 'api' && role !== 'worker')
  if (unknown !== undefined) {
    throw new ConfigurationError(`There is no role "${unknown}"; use api, worker, or api,worker.`)
  }
  return { api: roles.includes('api'), worker: roles.includes('worker') }
}

/** Several stand as in PATH: with colons between them, with semicolons on Windows. */
function parseFolders(text: string): string[] {
  return text
    .split(delimiter)
    .map((folder) => folder.trim())
    .filter((folder) => folder !== '')
    .map((folder) => resolve(folder))
}

export class ConfigurationError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ConfigurationError'
  }
}

/** What child processes of the demo inherit: everything but what would point them elsewhere. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const {
    DATABASE_URL: _database,
    PLIMSOLL_DATA: _data,
    PLIMSOLL_PORT: _port,
    PLIMSOLL_PUBLIC_URL: _url,
    PLIMSOLL_TRUST_PROXY: _proxy,
    ...rest
  } = process.env
  return rest
}
