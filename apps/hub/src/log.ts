import { pino } from 'pino'
import type { Configuration } from './configuration.ts'

export type HubLog = ReturnType<typeof createLog>

/** Structured lines on standard error, so that standard output stays the command's own. Secrets are cut by name. */
export function createLog(level: Configuration['logLevel'], name: string) {
  return pino(
    {
      level,
      name,
      base: { pid: process.pid },
      redact: {
        paths: [
          'credentials',
          '*.credentials',
          'password',
          '*.password',
          'headers.authorization',
          '*.headers',
          '*.consumerSecret',
          '*.clientSecret',
          '*.accessToken',
        ],
        censor: '[cut]',
      },
      serializers: { error: pino.stdSerializers.err },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ fd: 2, sync: false }),
  )
}
