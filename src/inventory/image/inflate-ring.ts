// The memory that the main thread and an inflating thread share: a ring of compressed pieces one way,
// a ring of inflated ones back. Nothing is copied into messages, nothing is collected.

const inputSlots = 8;
const outputSlots = 8;
/** Of a compressed piece. */
const inputBytes = 256 * 1024;
/** Of an inflated piece. */
export const outputBytes = 512 * 1024;

/** Cells of the control array; counts only grow, a slot is its count modulo the ring. */
const cell = {
  inputGiven: 0,
  inputTaken: 1,
  outputGiven: 2,
  outputTaken: 3,
  /** 0: more input follows; 1: all input was given; 2: the reader has left. */
  state: 4,
  /** Lengths of the slots follow. */
  inputLengths: 8,
  outputLengths: 8 + inputSlots,
};

/** What an inflating thread is started with. */
export interface RingMemory {
  readonly control: SharedArrayBuffer;
  readonly input: SharedArrayBuffer;
  readonly output: SharedArrayBuffer;
}

export function ringMemory(): RingMemory {
  return {
    control: new SharedArrayBuffer(4 * (cell.outputLengths + outputSlots)),
    input: new SharedArrayBuffer(inputSlots * inputBytes),
    output: new SharedArrayBuffer(outputSlots * outputBytes),
  };
}

/** One side's view of the shared memory; each side calls its own half of the methods. */
export class InflateRing {
  readonly #control: Int32Array;
  readonly #input: Uint8Array;
  readonly #output: Uint8Array;

  constructor({ control, input, output }: RingMemory) {
    this.#control = new Int32Array(control);
    this.#input = new Uint8Array(input);
    this.#output = new Uint8Array(output);
  }

  /** Main thread, between two streams: the inflating thread must be idle. */
  reset(): void {
    this.#control.fill(0);
  }

  /** Main thread: room for a compressed piece, or null while the ring is full. */
  inputRoom(): Uint8Array | null {
    const given = this.#get(cell.inputGiven);
    if (given - this.#get(cell.inputTaken) >= inputSlots) return null;
    const start = (given % inputSlots) * inputBytes;
    return this.#input.subarray(start, start + inputBytes);
  }

  /** Main thread: the room was filled with `length` bytes. */
  giveInput(length: number): void {
    const given = this.#get(cell.inputGiven);
    this.#control[cell.inputLengths + (given % inputSlots)] = length;
    this.#advance(cell.inputGiven);
  }

  /** Main thread: no input follows (`ended`), or nobody reads any more (`left`). */
  close(how: 'ended' | 'left'): void {
    // Who has left stays away: an end of the input that is told later must not call him back.
    if (how === 'left') Atomics.store(this.#control, cell.state, 2);
    else Atomics.compareExchange(this.#control, cell.state, 0, 1);
    // Whatever the inflating thread waits for, it looks again.
    Atomics.notify(this.#control, cell.inputGiven);
    Atomics.notify(this.#control, cell.outputTaken);
  }

  /** Main thread: the next inflated piece, valid until `releaseOutput`, or null while there is none. */
  output(): Uint8Array | null {
    const taken = this.#get(cell.outputTaken);
    if (this.#get(cell.outputGiven) === taken) return null;
    const slot = taken % outputSlots;
    const start = slot * outputBytes;
    return this.#output.subarray(start, start + (this.#control[cell.outputLengths + slot] ?? 0));
  }

  releaseOutput(): void {
    this.#advance(cell.outputTaken);
  }

  /** Inflating thread: waits for the next compressed piece; null when none follows. */
  takeInput(): Uint8Array | null {
    const taken = this.#get(cell.inputTaken);
    while (this.#get(cell.inputGiven) === taken) {
      if (this.#get(cell.state) !== 0) return null;
      this.#wait(cell.inputGiven, taken);
    }
    const slot = taken % inputSlots;
    const start = slot * inputBytes;
    return this.#input.subarray(start, start + (this.#control[cell.inputLengths + slot] ?? 0));
  }

  /** Inflating thread: whether `takeInput` would wait. */
  get isStarved(): boolean {
    return this.#get(cell.inputGiven) === this.#get(cell.inputTaken) && this.#get(cell.state) === 0;
  }

  releaseInput(): void {
    this.#advance(cell.inputTaken);
  }

  /** Inflating thread: waits for room for an inflated piece; null when nobody reads any more. */
  outputRoom(): Uint8Array | null {
    const given = this.#get(cell.outputGiven);
    for (;;) {
      if (this.#get(cell.state) === 2) return null;
      const taken = this.#get(cell.outputTaken);
      if (given - taken < outputSlots) break;
      this.#wait(cell.outputTaken, taken);
    }
    const start = (given % outputSlots) * outputBytes;
    return this.#output.subarray(start, start + outputBytes);
  }

  giveOutput(length: number): void {
    const given = this.#get(cell.outputGiven);
    this.#control[cell.outputLengths + (given % outputSlots)] = length;
    this.#advance(cell.outputGiven);
  }

  #get(index: number): number {
    return Atomics.load(this.#control, index);
  }

  #advance(index: number): void {
    Atomics.add(this.#control, index, 1);
    Atomics.notify(this.#control, index);
  }

  /** A second at most: a wake-up that came between look and sleep is then only late. */
  #wait(index: number, value: number): void {
    Atomics.wait(this.#control, index, value, 1000);
  }
}
