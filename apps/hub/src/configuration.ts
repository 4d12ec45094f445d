import { resolve } from 'node:path'
import { z } from 'zod'

/**
 * What the process is told from outside: environment variables, overridden by options of the command.
 * This is the only file of the hub that reads the environment.
 */
export type Configuration = {
  databaseUrl: string | undefined
  dataFolder: string
  host: '127.0.0.1'
  /** 0: any free port. */
  port: number
  /** Where platforms reach this hub; webhooks are registered below it. */
  publicUrl: string | undefined
  secretKey: string | undefined
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  roles: { api: boolean; worker: boolean }
}

const environment = z.object({
  DATABASE_URL: z.string().min(1).optional(),
  PLIMSOLL_DATA: z.string().min(1).optional(),
  PLIMSOLL_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  PLIMSOLL_PUBLIC_URL: z.url().optional(),
  PLIMSOLL_SECRET_KEY: z.string().min(1).optional(),
  PLIMSOLL_LOG: z.enum(['debug', 'info', 'warn', 'error', 'silent']).optional(),
  PLIMSOLL_ROLE: z.string().optional(),
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

/** @throws ConfigurationError naming the variable or option and the cure */
export function readConfiguration(options: ConfigurationOptions = {}): Configuration {
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse({
    ...given,
    ...(options.log !== undefined && { PLIMSOLL_LOG: options.log }),
    ...(options.port !== undefined && { PLIMSOLL_PORT: options.port }),
    ...(options.publicUrl !== undefined && { PLIMSOLL_PUBLIC_URL: options.publicUrl }),
  })
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new ConfigurationError(
      `${issue?.path.join('.') ?? 'The configuration'}: ${issue?.message ?? 'is not valid'}.`,
    )
  }
  const env = parsed.data
  return {
    databaseUrl: options.databaseUrl ?? env.DATABASE_URL,
    dataFolder: resolve(options.data ?? env.PLIMSOLL_DATA ?? '.plimsoll'),
    host: '127.0.0.1',
    port: env.PLIMSOLL_PORT ?? DEFAULT_PORT,
    publicUrl: env.PLIMSOLL_PUBLIC_URL?.replace(/\/+$/, ''),
    secretKey: env.PLIMSOLL_SECRET_KEY,
    logLevel: env.PLIMSOLL_LOG ?? 'info',
    roles: parseRoles(options.role ?? env.PLIMSOLL_ROLE ?? 'api,worker'),
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
    ...rest
  } = process.env
  return rest
}
