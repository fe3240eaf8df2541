// The smallest Linux program that only waits: a container of one file, without any distribution.

/** Is there such a program for this machine? */
export const hasTinyProgram = process.platform === 'linux' && process.arch === 'x64';

/**
 * A static ELF executable of 130 bytes for x86-64 that sleeps for ever (`pause` in a loop); ELF
 * specification, figures 4-3 and 5-1.
 */
export function tinyProgram(): Uint8Array {
  return staticProgram(Uint8Array.of(0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7));
}

/** As above, but it ends at once with that exit code (`exit_group`). */
export function endingProgram(exitCode: number): Uint8Array {
  return staticProgram(Uint8Array.of(0xbf, exitCode, 0, 0, 0, 0xb8, 231, 0, 0, 0, 0x0f, 0x05));
}

function staticProgram(code: Uint8Array): Uint8Array {
  const headers = 64 + 56;
  const base = 0x400000;
  const file = Buffer.alloc(headers + code.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16); // an executable
  file.writeUInt16LE(62, 18); // for x86-64
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(base + headers), 24); // entry point
  file.writeBigUInt64LE(64n, 32); // program headers
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64); // PT_LOAD
  file.writeUInt32LE(5, 68); // read and execute
  file.writeBigUInt64LE(BigInt(base), 80);
  file.writeBigUInt64LE(BigInt(base), 88);
  file.writeBigUInt64LE(BigInt(file.length), 96);
  file.writeBigUInt64LE(BigInt(file.length), 104);
  file.writeBigUInt64LE(0x1000n, 112);
  file.set(code, headers);
  return file;
}
