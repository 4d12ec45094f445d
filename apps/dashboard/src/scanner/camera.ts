/** Why there is no picture: each has a sentence that says what to do. */
export type CameraTrouble = 'insecure' | 'refused' | 'missing' | 'busy' | 'reader'

export type Camera = {
  stream: MediaStream
  /** Undefined: it has no light. */
  light: ((isOn: boolean) => Promise<void>) | undefined
  close(): void
}

/** Opens the camera that looks away from whoever holds the phone. */
export async function openCamera(): Promise<Camera | CameraTrouble> {
  // Browsers hand cameras to pages over HTTPS and of this machine only.
  if (!globalThis.isSecureContext || navigator.mediaDevices === undefined) return 'insecure'
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } },
    })
    const [track] = stream.getVideoTracks()
    return {
      stream,
      light: track !== undefined && hasLight(track) ? (isOn) => shine(track, isOn) : undefined,
      close: () => {
        for (const each of stream.getTracks()) each.stop()
      },
    }
  } catch (error) {
    return troubleOf(error)
  }
}

/** @throws whatever is none of a camera's own troubles */
export function troubleOf(error: unknown): CameraTrouble {
  const name = error instanceof Error ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused'
  if (['NotFoundError', 'OverconstrainedError', 'NotSupportedError'].includes(name)) return 'missing'
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy'
  throw error
}

/** `torch` is of the image capture specification, and not in TypeScript's library. */
type WithLight = { torch?: boolean }

function hasLight(track: MediaStreamTrack): boolean {
  return (track.getCapabilities?.() as WithLight | undefined)?.torch === true
}

async function shine(track: MediaStreamTrack, isOn: boolean): Promise<void> {
  await track.applyConstraints({ advanced: [{ torch: isOn } as MediaTrackConstraintSet] })
}
