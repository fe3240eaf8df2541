// What callers may say about registries; everything has a default that fits `docker pull`.
import type { Pace } from '../../base/retry.ts';
import type { Environment } from './credential.ts';

/** Other places that hold the images of a registry, asked in this order before the registry itself. */
export interface Mirror {
  /** `docker.io`, `registry.example.com:5000`. */
  readonly registry: string;
  /** `https://mirror.example.com[/prefix]`; `http://` is as good as asking for plain http there. */
  readonly endpoints: readonly string[];
}

export interface RegistryOptions {
  /** `os/architecture[/variant]`; default: Linux on this machine's processor. */
  readonly platform?: string;
  readonly mirrors?: readonly Mirror[];
  /** PEM file of authorities that are trusted besides the system's. */
  readonly caFile?: string;
  /** Accept any TLS certificate: only when the user asked for it. */
  readonly insecure?: boolean;
  /** Talk plain http to registries that are not on this machine: only when the user asked for it. */
  readonly plainHttp?: boolean;
  /** Given on the command line or by a caller; else Docker's and Podman's files are searched. */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** DOCKER_CONFIG, REGISTRY_AUTH_FILE, HOME, HTTPS_PROXY ...; default: the process's. */
  readonly environment?: Environment;
  readonly signal?: AbortSignal;
  readonly pace?: Pace;
  /** Milliseconds without progress; default `limits.httpIdleMs`. */
  readonly idleMs?: number;
  /** Tries of one request; default `limits.httpTries`. */
  readonly tries?: number;
}
