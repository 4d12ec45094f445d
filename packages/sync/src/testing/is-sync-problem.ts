import { type SyncErrorCode, SyncProblem } from '../errors.ts'

/** For `toSatisfy`: a refusal of one of these codes. */
export const isSyncProblem =
  (...codes: SyncErrorCode[]) =>
  (error: unknown): boolean =>
    error instanceof SyncProblem && codes.some((code) => code === error.code)
