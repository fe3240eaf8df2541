// The shapes of /api/v1 as the pages read them. Nouns that the program has are its own types: a field
// that changes there is an error here.
import type { AuditResult } from '../../../src/audit/judge.ts';
import type { Lesson } from '../../../src/lesson/lesson.ts';
import type { Workload } from '../../../src/model/container.ts';
import type { GateDecision } from '../../../src/model/gate-decision.ts';
import type {
  ImageTrust,
  ImageTrustView,
  JudgedSignature,
} from '../../../src/model/image-trust.ts';
import type { Summary } from '../../../src/model/report.ts';
import type { DetectionFacts } from '../../../src/model/timeline.ts';
import type { ContainerView, ExposureAnswer } from '../../../src/model/timeline-view.ts';

export type {
  Finding,
  FixAction,
  IssueFinding,
  Report,
  VulnerabilityFinding,
} from '../../../src/model/report.ts';
export type { ExposureRow, ProcessView, TimelineView } from '../../../src/model/timeline-view.ts';
export type {
  AuditResult,
  ContainerView,
  DetectionFacts,
  ImageTrust,
  ImageTrustView,
  JudgedSignature,
  Lesson,
  Workload,
};

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Asked for with `cursor=`; null at the end. */
  readonly next: string | null;
}

export interface LetterGrade {
  readonly letter: string;
  readonly score: number;
}

export interface Coverage {
  readonly what: string;
  readonly state: 'on' | 'off' | 'limited';
  readonly why?: string | null;
  readonly howToSwitchOn?: string | null;
}

export interface HarbourAction {
  readonly action: string;
  readonly removes: number;
  readonly exploited: number;
  readonly where: string | null;
  /** References of the images that need it. */
  readonly image: string | null;
  readonly imageIds?: readonly string[];
}

/** What this server has to show, and to whom. */
export interface Status {
  readonly scope: 'machine' | 'fleet';
  /** Pages beside the harbour, by the first word of their address. */
  readonly pages: readonly string[];
  readonly caller: {
    readonly id: string;
    readonly role: string;
    readonly teams: readonly string[] | null;
  };
}

export interface Harbour {
  readonly answer: string;
  readonly grade: LetterGrade | null;
  readonly trend: readonly { readonly day: string; readonly score: number }[];
  readonly actions: readonly HarbourAction[];
  readonly counts: Readonly<Record<string, number>>;
  readonly coverage: readonly Coverage[];
  /** What runs is told as it was then; null, or absent: as it is. */
  readonly asOf?: string | null;
  readonly generatedAt: string;
}

export interface ImageRow {
  readonly id: string;
  readonly reference: string | null;
  readonly digest: string | null;
  readonly os: string | { readonly name: string } | null;
  readonly packages: number | null;
  readonly layers: number | null;
  readonly size: number | null;
  readonly grade: LetterGrade | null;
  readonly summary: Summary | null;
  readonly runs: number;
  readonly alive: number;
  readonly scannedAt: string | null;
  readonly state: 'scanned' | 'scanning' | 'failed' | 'waiting';
  readonly why: string | null;
}

export interface DetectionRow {
  readonly id: string;
  readonly group: {
    readonly rule: string;
    readonly priority: string;
    readonly count: number;
    readonly firstAt: string;
    readonly lastAt: string;
    readonly container: {
      readonly id: string;
      readonly name: string | null;
      readonly image: string | null;
    } | null;
    /** In a fleet a cause is one item over all containers; `container` is the newest. */
    readonly places?: { readonly containers: number; readonly nodes: number };
    /** The processes from the outermost in. */
    readonly chain: readonly string[];
    /** A rule of exception, ready to copy. */
    readonly exception: string | null;
    readonly attack: readonly { readonly id: string; readonly name: string }[];
    readonly lesson: string | null;
  };
  readonly latest: DetectionFacts;
}

export interface NetworkNode {
  readonly id: string;
  readonly name: string | null;
  readonly kind: 'container' | 'external' | 'host';
  readonly workload: Workload | null;
}

export interface NetworkFlow {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly port: number;
  readonly count: number;
  readonly bytesSent: number | null;
  readonly bytesReceived: number | null;
  readonly firstAt: string;
  readonly lastAt: string;
}

export interface Network {
  readonly nodes: readonly NetworkNode[];
  readonly flows: readonly NetworkFlow[];
  readonly truncated?: boolean;
}

export interface Exposure
  extends Partial<Pick<ExposureAnswer, 'title' | 'published' | 'skipped' | 'unknowns'>> {
  readonly sentence: string;
  readonly total: ExposureAnswer['total'];
  readonly items: ExposureAnswer['rows'];
}

/** Of `seaworthy audit --format json`, what the page shows. */
export interface AuditAnswer {
  readonly audit: string;
  readonly generatedAt: string;
  readonly target: string;
  readonly summary: readonly { readonly sentence: string; readonly details: readonly string[] }[];
  readonly controls: readonly AuditResult[];
  readonly score: number;
  readonly leftOut: readonly string[];
}

export interface Audits {
  readonly latest: readonly AuditAnswer[];
  readonly history: readonly {
    readonly benchmark: string;
    readonly at: string;
    readonly score: number;
  }[];
}

/** One decision of `gate serve` or `gate docker`; in a fleet, of a node. */
export type Decision = GateDecision & { readonly node?: string };

export interface Gate {
  readonly state: 'on' | 'off';
  readonly howToSwitchOn: string | null;
  readonly decisions: readonly Decision[];
  /** Of a fleet, as the others below: those that were simply allowed are only counted. */
  readonly sums?: readonly {
    readonly day: string;
    readonly decision: string;
    readonly count: number;
    readonly nodes: number;
  }[];
  readonly nodes?: { readonly all: number; readonly withGate: number };
  readonly next?: string | null;
}

/** Audits of the nodes of a fleet. */
export interface FleetAudits {
  readonly state: 'on' | 'off';
  readonly howToSwitchOn: string | null;
  readonly nodes: { readonly all: number; readonly audited: number };
  /** The newest of each node, the worst first. */
  readonly audits: readonly {
    readonly agent: string;
    readonly node: string;
    readonly audit: string;
    readonly target: string;
    readonly at: string;
    readonly score: number;
    readonly failed: readonly string[];
  }[];
  readonly controls: readonly {
    readonly audit: string;
    readonly control: string;
    readonly nodes: number;
  }[];
  readonly history: readonly {
    readonly audit: string;
    readonly at: string;
    readonly score: number;
    readonly nodes: number;
  }[];
}

/** An exception from controls of the gate. */
export interface Waiver {
  readonly controls: readonly string[];
  readonly reason: string;
  readonly owner: string;
  readonly expires: string | null;
  readonly expired: boolean;
  readonly daysLeft: number | null;
  /** Nothing that was recorded was covered by it. */
  readonly stale: boolean;
  readonly uses: number;
  readonly lastUsedAt: string | null;
  readonly file: string;
  readonly line: number | null;
}

export interface Waivers {
  readonly state: 'on' | 'off';
  readonly howToSwitchOn: string | null;
  readonly items: readonly Waiver[];
}

/** Who is told of detections. */
export interface Alerts {
  readonly state: 'on' | 'off';
  readonly howToSwitchOn: string | null;
  readonly digest: { readonly seconds: number } | null;
  readonly outputs: readonly {
    readonly name: string;
    readonly kind: string;
    readonly atOnce: number;
    readonly delivered: number;
    readonly waiting: number;
    readonly lost: number;
    readonly failures: number;
    readonly lastProblem: { readonly at: string; readonly what: string } | null;
  }[];
  readonly responses: {
    readonly state: 'on' | 'off';
    readonly howToSwitchOn: string | null;
    /** Words of actions that a responder may use. */
    readonly byHand: readonly string[];
    readonly waiting: number;
    readonly done: number;
    readonly failed: number;
  };
}

export interface AlertTest {
  readonly outputs: readonly {
    readonly output: string;
    readonly kind: string;
    readonly delivered: boolean;
    readonly problem: string | null;
  }[];
}

/** Something that was done to a container. */
export interface ResponseRow {
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly state: string;
  readonly container: {
    readonly id: string;
    readonly name: string | null;
    readonly image: string | null;
  };
  readonly why: { readonly rule: string; readonly priority: string; readonly output: string };
  readonly by: string | null;
  readonly result: string;
  readonly canUndo: boolean;
  readonly undoneAt: string | null;
}

export interface ContainerActions {
  readonly state: 'on' | 'off';
  readonly howToSwitchOn: string | null;
  readonly allowed: readonly string[];
  readonly items: readonly ResponseRow[];
}

export type LessonRow = Pick<Lesson, 'id' | 'title' | 'summary'>;

/** Long work: what is done, of how much. */
export interface Progress {
  readonly what: string;
  readonly done: number;
  readonly total: number;
}
