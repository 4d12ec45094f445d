export * from './client.ts'
export * from './shapes.ts'
export * from './stream.ts'
