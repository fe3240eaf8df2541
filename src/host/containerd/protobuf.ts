// The little of protocol buffers that containerd's events need: numbers and bytes by field, of bounded
// messages (protobuf.dev/programming-guides/encoding). What is cut or strange gives what came before it.

export interface Message {
  readonly numbers: ReadonlyMap<number, bigint>;
  readonly bytes: ReadonlyMap<number, Uint8Array>;
}

/** Fields of one message; containerd's have a dozen. */
const fieldsMost = 1000;
const wire = { number: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** The last value of each field. Never throws. */
export function readMessage(data: Uint8Array): Message {
  const numbers = new Map<number, bigint>();
  const bytes = new Map<number, Uint8Array>();
  let at = 0;
  const number = (): bigint | null => {
    let value = 0n;
    for (let shift = 0n; shift < 70n && at < data.length; shift += 7n) {
      const byte = data[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    return null;
  };
  for (let count = 0; count < fieldsMost && at < data.length; count += 1) {
    const tag = number();
    if (tag === null) break;
    const field = Number(tag >> 3n);
    const kind = Number(tag & 7n);
    if (kind === wire.number) {
      const value = number();
      if (value === null) break;
      numbers.set(field, value);
    } else if (kind === wire.bytes) {
      const length = number();
      if (length === null || length > BigInt(data.length - at)) break;
      bytes.set(field, data.subarray(at, at + Number(length)));
      at += Number(length);
    } else if (kind === wire.fixed64 || kind === wire.fixed32) {
      at += kind === wire.fixed64 ? 8 : 4;
    } else break;
  }
  return { numbers, bytes };
}

/** A text field; empty where there is none. */
export function textField({ bytes }: Message, field: number): string {
  return new TextDecoder().decode(bytes.get(field) ?? new Uint8Array());
}
