/** Refusals of imports and exports. A test holds this list equal to docs/reference/errors.md. */
export const importErrors = {
  'unknown-import': { status: 404, fault: 'yours', cure: 'Use the id that the import was given.' },
  'import-not-ready': { status: 409, fault: 'yours', cure: 'Ask for it again until its state is "checked".' },
  'import-has-errors': {
    status: 409,
    fault: 'yours',
    cure: 'Correct the rows and import the file again, or apply the good rows only (mode "good-rows").',
  },
  'import-too-many-errors': { status: 409, fault: 'yours', cure: 'Correct the file and import it again.' },
  'import-takes-to-zero': {
    status: 409,
    fault: 'yours',
    cure: 'Check the file; if it is right, confirm it (confirmZeros, or --yes on the command line).',
  },
  'import-file-gone': { status: 410, fault: 'yours', cure: 'Import the file again.' },
  'import-under-way': { status: 409, fault: 'yours', cure: 'Wait until it is done.' },
} as const satisfies Record<
  string,
  { status: number; fault: 'ours' | 'yours' | 'theirs' | 'passing'; cure: string }
>

export type ImportErrorCode = keyof typeof importErrors

export class ImportRefusal extends Error {
  readonly code: ImportErrorCode

  constructor(code: ImportErrorCode, message: string) {
    super(message)
    this.name = 'ImportRefusal'
    this.code = code
  }
}
