/** The public face of the hub process, for the demo, benches and the laboratory. */
export { type Configuration, readConfiguration } from './configuration.ts'
export { type RunningHub, startHub } from './hub.ts'
export { type HubBase, openHub } from './hub-base.ts'
