/** How Walmart says no. `gateway`: what stands before its services wraps errors in another way. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | undefined
  readonly isGateway: boolean

  constructor(
    status: number,
    code: string,
    { field, description = 'Request is invalid.', isGateway = false }: ErrorDetail = {},
  ) {
    super(description)
    this.status = status
    this.code = code
    this.field = field
    this.isGateway = isGateway
  }

  get body(): object {
    const error = [toError(this)]
    return this.isGateway ? { error } : { errors: { error } }
  }
}

type ErrorDetail = { field?: string; description?: string; isGateway?: boolean }

export function toError({ code, field, message }: Pick<ApiError, 'code' | 'field' | 'message'>) {
  return {
    code,
    ...(field !== undefined && { field }),
    description: message,
    info: 'Request content is invalid.',
    severity: 'ERROR',
    category: 'DATA',
    causes: [],
    errorIdentifiers: {},
  }
}

export function notFound(api: string, description: string): ApiError {
  return new ApiError(404, `CONTENT_NOT_FOUND.${api}`, { description })
}

export function invalid(api: string, field: string, description: string): ApiError {
  return new ApiError(400, `INVALID_REQUEST_CONTENT.${api}`, { field, description })
}
