// The numbers on both sides of the ring: those of C are read from its headers.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as layout from './layout.ts';

const record = readFileSync(new URL('../../../native/record.h', import.meta.url), 'utf8');
const maps = readFileSync(new URL('../../../native/maps.h', import.meta.url), 'utf8');

/** Constants of C by their names without the first word, in camel case. */
function constants(text: string, prefix: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [, name = '', value] of text.matchAll(
    new RegExp(`\\b${prefix}_([A-Z0-9_]+) = (\\d+)`, 'g'),
  )) {
    const words = name.toLowerCase().split('_');
    const camel = words.map((word, index) =>
      index === 0 ? word : `${word[0]?.toUpperCase()}${word.slice(1)}`,
    );
    found[camel.join('')] = Number(value);
  }
  return found;
}

const widths: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, s64: 8, u64: 8, char: 1 };

/** Offsets of a structure's fields by C's rules of alignment, nested ones by their size. */
function offsets(name: string): { fields: Record<string, number>; bytes: number } {
  const body = new RegExp(`struct ${name} \\{([^}]*)\\}`).exec(record)?.[1] ?? '';
  const fields: Record<string, number> = {};
  let at = 0;
  for (const declaration of body.replaceAll(/\/\/.*/g, '').split(';')) {
    const match = /^\s*(struct \w+|\w+) ([\w\s,[\]]+)$/.exec(declaration);
    if (match === null) continue;
    const [, type = '', names = ''] = match;
    const nested = type.startsWith('struct ') ? offsets(type.slice(7)).bytes : null;
    const width = nested ?? widths[type] ?? 0;
    const alignment = nested === null ? width : 8;
    for (const field of names.split(',').map((one) => one.trim())) {
      const [plain = '', count = '1'] = field.split(/[[\]]/);
      at = Math.ceil(at / alignment) * alignment;
      fields[plain] = at;
      at += width * Number(count);
    }
  }
  return { fields, bytes: Math.ceil(at / 8) * 8 };
}

describe('numbers of C', () => {
  test('types, slots, flags', () => {
    expect(constants(record, 'RECORD')).toEqual(layout.recordType);
    expect(constants(record, 'SLOT')).toEqual(layout.slotKind);
    expect(constants(record, 'PATH')).toEqual(layout.pathFlag);
    expect(constants(record, 'EXE')).toEqual(layout.exeFlag);
    expect(constants(record, 'HEADER')).toEqual(layout.headerFlag);
    expect(constants(maps, 'CALL')).toEqual(layout.callFlag);
    expect(constants(maps, 'CONFIG')).toMatchObject(layout.configFlag);
  });

  test('structures', () => {
    const { fields: head, bytes } = offsets('header');
    const { mount_namespace, ...others } = head;
    expect({ ...others, mountNamespace: mount_namespace, bytes }).toEqual(layout.header);
    expect(offsets('process_facts').bytes).toBe(layout.processFacts.bytes);
    expect(offsets('process_facts').fields).toMatchObject({
      login_uid: layout.processFacts.loginUid,
      net_namespace: layout.processFacts.netNamespace,
    });
    const exec = offsets('exec_facts');
    expect(exec.bytes).toBe(layout.execFacts.bytes);
    expect(exec.fields).toMatchObject({
      capabilities: layout.execFacts.inheritable,
      inode: layout.execFacts.inode,
      magic: layout.execFacts.magic,
      environment_bytes: layout.execFacts.environmentBytes,
      old_pid: layout.execFacts.oldPid,
    });
    for (const [name, known] of [
      ['exit_facts', layout.exitFacts],
      ['fork_facts', layout.forkFacts],
      ['capability_facts', layout.capabilityFacts],
      ['flow_facts', layout.flowFacts],
      ['socket_facts', layout.socketFacts],
      ['file_facts', layout.fileFacts],
    ] as const) {
      expect([name, offsets(name).bytes]).toEqual([name, known.bytes]);
    }
    expect(offsets('socket_facts').fields).toMatchObject({
      state: layout.socketFacts.state,
      local_port: layout.socketFacts.localPort,
      remote: layout.socketFacts.remote,
    });
    expect(offsets('flow_facts').fields).toMatchObject({
      sent: layout.flowFacts.sent,
      old_state: layout.flowFacts.oldState,
    });
  });
});
