export * from './shapes.ts'
