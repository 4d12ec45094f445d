/** The version of the hub, as every `package.json` of the house says it. */
export const VERSION = '0.1.0'
