const BEEP_HZ = 880
const BEEP_SECONDS = 0.09
const SHAKE_MS = 60

let sound: AudioContext | undefined

/** Says that a code was read to whoever looks at the goods and not at the screen: a beep, and a shake where there is one. */
export function signalRead(): void {
  navigator.vibrate?.(SHAKE_MS)
  sound ??= new AudioContext()
  const tone = sound.createOscillator()
  const loudness = sound.createGain()
  loudness.gain.value = 0.15
  tone.frequency.value = BEEP_HZ
  tone.connect(loudness).connect(sound.destination)
  tone.start()
  tone.stop(sound.currentTime + BEEP_SECONDS)
}
