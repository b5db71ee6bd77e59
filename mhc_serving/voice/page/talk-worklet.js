// Passes the microphone on as 16-bit samples, 16,000 a second, 20 ms at a time. Averages, where the microphone has more.
const RATE = 16_000;
const FRAME = 320;

class Microphone extends AudioWorkletProcessor {
  #frame = new Int16Array(FRAME);
  #filled = 0;
  #sum = 0;
  #count = 0;
  #phase = 0;

  process([[samples]]) {
    if (!samples) return true;
    for (const sample of samples) {
      this.#sum += sample;
      this.#count += 1;
      this.#phase += RATE;
      if (this.#phase < sampleRate) continue;
      this.#phase -= sampleRate;
      this.#frame[this.#filled] = Math.max(-1, Math.min(1, this.#sum / this.#count)) * 32767;
      this.#sum = this.#count = 0;
      this.#filled += 1;
      if (this.#filled < FRAME) continue;
      this.port.postMessage(this.#frame.buffer, [this.#frame.buffer]);
      this.#frame = new Int16Array(FRAME);
      this.#filled = 0;
    }
    return true;
  }
}

registerProcessor("microphone", Microphone);
