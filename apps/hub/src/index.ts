/** The public face of the hub process, for the demo, benches and the laboratory. */
export { type Configuration, readConfiguration } from './configuration.ts'
export { type HubBase, openHub, type RunningHub, startHub } from './hub.ts'
