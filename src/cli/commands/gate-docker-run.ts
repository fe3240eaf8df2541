// What `gate docker` does: policy, rules and images put together, renewed while it runs.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { messageOf, oneLine, SeaworthyError } from '../../base/error.ts';
import { realPace } from '../../base/retry.ts';
import type { GuardSetting } from '../../flow/gate-docker.ts';
import { pluginFlaws } from '../../flow/gate-docker-daemon.ts';
import { connectEngine } from '../../host/docker/index.ts';
import { operationRules } from '../../policy/docker-api/index.ts';
import {
  askedEngine,
  type DeskOptions,
  type GuardServer,
  type ProxyAddress,
  resolveHostPath,
  startPlugin,
  startProxy,
} from '../../server/docker-guard/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { type GuardImageSource, openGuardImages } from './gate-docker-images.ts';
import type { GateDockerOptions } from './gate-docker-options.ts';
import { loadSetting } from './gate-setting.ts';

const renewMs = 60_000;
const deadlineMost = 25_000;

/** Serves until it is told to end; returns the exit code. */
export async function runGateDocker(options: GateDockerOptions): Promise<number> {
  const warn = (line: string): void => {
    if (options.quiet !== true) process.stderr.write(`seaworthy: ${oneLine(line)}\n`);
  };
  const settings = await openSettings(options, warn);
  const desk: DeskOptions = {
    setting: settings.current,
    isAudit: options.audit === true,
    recordFile: options.record ?? null,
    now: () => new Date(),
    clockMs: () => performance.now(),
    warn,
  };
  const server = await start(options, desk);
  const isProxy = options.listen !== undefined;
  const place = isProxy ? options.listen : options.socket;
  const how = isProxy ? `the proxy before ${options.upstream}` : 'the plugin';
  warn(`${how} listens on ${place}${options.audit === true ? '; it only records (--audit)' : ''}`);
  const end = new AbortController();
  if (!isProxy) void tellFlaws(options.upstream, { warn, signal: end.signal });
  void renewing();
  async function renewing(): Promise<void> {
    while (!end.signal.aborted) {
      await realPace.sleep(renewMs, end.signal).catch(() => undefined);
      if (!end.signal.aborted) await settings.renew();
    }
  }
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  end.abort();
  await server.close();
  settings.close();
  return exitCodes.satisfied;
}

function start(options: GateDockerOptions, desk: DeskOptions): Promise<GuardServer> {
  const { listen, socket, upstream, allowHost, ownOnly } = options;
  if (listen === undefined) {
    if (ownOnly === undefined && allowHost.length === 0) return startPlugin({ ...desk, socket });
    throw new SeaworthyError('usage', '--own-only and --allow-host belong to the proxy', {
      advice: 'give --listen too',
    });
  }
  return startProxy({
    ...desk,
    listen: addressOf(listen, options.socketMode),
    upstream: socketOf(upstream),
    hosts: allowHost,
    owner: ownOnly ?? null,
  });
}

function socketOf(address: string): string {
  const path = /^unix:\/\/(\/.+)$/.exec(address)?.[1];
  if (path !== undefined) return path;
  throw new SeaworthyError('usage', `--upstream ${address} is no socket`, {
    advice: 'give unix:///run/docker.sock or the like',
  });
}

/** Plain HTTP leaves this machine on no account: whoever can read it owns the host. */
function addressOf(address: string, socketMode: string): ProxyAddress {
  if (address.startsWith('unix://')) {
    if (!/^0?[0-7]{3}$/.test(socketMode)) {
      throw new SeaworthyError('usage', `--socket-mode ${socketMode} is no mode such as 660`);
    }
    return { kind: 'socket', path: socketOf(address), mode: Number.parseInt(socketMode, 8) };
  }
  const found = /^tcp:\/\/(127(?:\.\d{1,3}){3}|localhost|\[::1\]):(\d{1,5})$/.exec(address);
  const port = Number(found?.[2]);
  if (found !== null && port <= 65_535) {
    return { kind: 'tcp', host: (found[1] ?? '').replaceAll(/[[\]]/g, ''), port };
  }
  throw new SeaworthyError('usage', `--listen ${address} is no address of this machine alone`, {
    advice: 'give unix:///path or tcp://127.0.0.1:2375; put a TLS proxy before it for others',
  });
}

interface Settings {
  readonly current: () => GuardSetting;
  renew(): Promise<void>;
  close(): void;
}

/** The setting of the flags and files; renewed, an old policy beats none. */
async function openSettings(
  options: GateDockerOptions,
  warn: (line: string) => void,
): Promise<Settings> {
  const deadlineMs = Number(options.deadline);
  if (!Number.isInteger(deadlineMs) || deadlineMs < 0 || deadlineMs > deadlineMost) {
    throw new SeaworthyError('usage', `--deadline ${options.deadline} is no number of ms`, {
      advice: `give one up to ${deadlineMost}`,
    });
  }
  const rules = operationRules(options.preset, { allow: options.allow, deny: options.deny });
  let source: GuardImageSource | null = null;
  const upstream = /^unix:\/\/(\/.+)$/.exec(options.upstream)?.[1];
  const engine = upstream === undefined ? null : askedEngine(upstream);
  if (engine === null) {
    warn(`${options.upstream} is no socket: volumes that are there already are not looked into`);
  }
  const load = async (): Promise<GuardSetting> => {
    const loaded = await loadSetting({ ...options, kubernetesVersion: 'latest' }, new Date());
    const policy = loaded.policy(() => null);
    const { gate } = loaded;
    if (gate !== null && gate.images !== null) {
      source ??= await openGuardImages({ options, deadlineMs, upstream: options.upstream, warn });
    }
    const images = gate === null || source === null ? null : source.imagesFor(gate, policy);
    return { rules, policy, images, resolve: resolveHostPath, engine };
  };
  let current = await load();
  return {
    current: () => current,
    async renew() {
      try {
        current = await load();
      } catch (error) {
        warn(`kept as it was: ${messageOf(error)}`);
      }
    },
    close: () => source?.close(),
  };
}

const triesMost = 60;

/** Says what the engine itself gets wrong; it may start long after its plugin. */
async function tellFlaws(
  host: string,
  { warn, signal }: { readonly warn: (line: string) => void; readonly signal: AbortSignal },
): Promise<void> {
  for (let attempt = 0; attempt < triesMost && !signal.aborted; attempt += 1) {
    try {
      const engine = await connectEngine({ host, signal });
      const { version } = await engine.version();
      engine.close();
      for (const line of pluginFlaws(version, packageChangelog())) warn(line);
      return;
    } catch {
      await realPace.sleep(5000, signal).catch(() => undefined);
    }
  }
}

/** What Debian and its children say they mended; empty where Docker came another way. */
function packageChangelog(): string {
  try {
    const file = '/usr/share/doc/docker.io/changelog.Debian.gz';
    return gunzipSync(readFileSync(file), { maxOutputLength: 16 * 1024 * 1024 }).toString('utf8');
  } catch {
    return '';
  }
}
