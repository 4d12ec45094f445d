import { fileURLToPath } from 'node:url'

/** The checkout's folder, without a slash at the end; symbolic links and spaces in it are fine. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '')
