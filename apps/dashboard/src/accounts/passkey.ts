import { startAuthentication, startRegistration } from '@simplewebauthn/browser'
import { hub } from '../hub.ts'

type ToShow = Parameters<typeof startAuthentication>[0]['optionsJSON']
type ToMake = Parameters<typeof startRegistration>[0]['optionsJSON']

/** The browser shows a passkey of this hub, which signs its person in. */
export async function signInWithPasskey(): Promise<void> {
  // The hub made them for just this call of the browser.
  const optionsJSON = (await hub.passkeyToShow()) as ToShow
  await hub.signInWithPasskey(await startAuthentication({ optionsJSON }))
}

/** The browser makes a passkey, and the hub keeps its public half. */
export async function makePasskey(name: string): Promise<void> {
  const optionsJSON = (await hub.passkeyToMake()) as ToMake
  await hub.savePasskey(await startRegistration({ optionsJSON }), name)
}
