// What the audit of exposed interfaces is told: which ports answered what. Collected beforehand.

export interface AnswerFact {
  readonly kind: 'answer';
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface SilenceFact {
  readonly kind: 'none';
  readonly reason: string;
  readonly demandsCertificate: boolean;
}

export interface CertificateFact {
  readonly protocol: string;
  readonly subject: string;
  readonly issuer: string;
  readonly validTo: string | null;
  readonly names: readonly string[];
  readonly isTrusted: boolean;
}

export interface PortFact {
  /** As the user named it. */
  readonly host: string;
  readonly address: string;
  readonly reach: 'loopback' | 'private' | 'public';
  readonly port: number;
  readonly state: 'open' | 'closed' | 'silent';
  /** Null: it speaks plain text, or nothing. */
  readonly tls: CertificateFact | null;
  /** By the key of the question. */
  readonly answers: ReadonlyMap<string, AnswerFact | SilenceFact>;
  /** The service that it was recognised as; null: none. */
  readonly service: string | null;
}

export interface ListenerFact {
  readonly address: string;
  readonly port: number;
  readonly program: string;
  readonly pid: number;
  readonly isHostNamespace: boolean;
}

export interface ExposedSocket {
  readonly path: string;
  readonly owner: string;
  readonly group: string;
  readonly mode: number;
  readonly members: readonly string[] | null;
}

export interface ExposureFacts {
  readonly now: Date;
  readonly ports: readonly PortFact[];
  /** Null: no named host is this machine, or its processes cannot be seen. */
  readonly listeners: readonly ListenerFact[] | null;
  /** Null: no named host is this machine. */
  readonly sockets: readonly ExposedSocket[] | null;
  /** Containers that mount the socket of an engine, in words. Null: no engine was asked. */
  readonly mounters: readonly { readonly name: string; readonly detail: string }[] | null;
  /** From where was asked. */
  readonly asker: 'container' | 'host';
  /** The user allowed the one question that reads a key of etcd. */
  readonly hasConsent: boolean;
}
