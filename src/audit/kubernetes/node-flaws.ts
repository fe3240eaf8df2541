// Known flaws of the nodes by what they tell of themselves: kernel, engine of containers, kubelet. The
// table is that of `audit host`; what can be used on a node only a look at the node tells.
import { severityRank } from '../../model/severity.ts';
import { type Evidence, passed, told, type Verdict } from '../control.ts';
import { type ComponentName, type Flaw, hostFlaws, versionOpinion } from '../host/index.ts';
import { objectsOf } from './define.ts';
import type { ClusterFacts } from './facts.ts';
import { componentOf, type NodePart, noAdvice, partsOf } from './node-versions.ts';
import { nameOf, objectsMost } from './objects.ts';

/** Different versions of one part; a fleet that is being renewed has a handful. */
const versionsMost = 200;
const namesTold = 3;

interface Alike {
  readonly part: NodePart;
  readonly nodes: string[];
}

/** Whether any node runs one of `components` with a known flaw. */
export function nodeFlaws(cluster: ClusterFacts, components: readonly ComponentName[]): Verdict {
  return objectsOf(cluster, ['Node'], ({ Node }) => {
    const nodes = Node.slice(0, objectsMost);
    const groups = alikeOf(nodes, components);
    if (nodes.length === 0) return told('not-applicable', 'the cluster tells of no node');
    if (groups.length === 0) {
      return told('unknown', `no node tells the version of its ${components.join(' or ')}`, 'Node');
    }
    const judged = groups.slice(0, versionsMost).map((group) => judgeGroup(group, cluster));
    const faults = judged.flatMap(({ affected }) => affected);
    const doubts = judged.flatMap(({ unknown }) => unknown);
    if (groups.length > versionsMost) {
      const message = `more than ${versionsMost} versions; the others were not judged`;
      doubts.push({ subject: null, place: 'Node', value: groups.length, message });
    }
    if (faults.length > 0) return { status: 'fail', evidence: [...faults, ...doubts] };
    if (doubts.length > 0) return { status: 'unknown', evidence: doubts };
    return passed(judged.flatMap(({ free }) => free));
  });
}

function alikeOf(nodes: readonly unknown[], components: readonly ComponentName[]): Alike[] {
  const groups = new Map<string, Alike>();
  for (const node of nodes) {
    for (const part of partsOf(node)) {
      if (!components.includes(part.name)) continue;
      const key = `${part.name} ${part.version} ${part.osImage}`;
      const known = groups.get(key);
      if (known === undefined) groups.set(key, { part, nodes: [nameOf(node)] });
      else known.nodes.push(nameOf(node));
    }
  }
  return [...groups.values()];
}

interface Judged {
  readonly affected: readonly Evidence[];
  readonly unknown: Evidence[];
  readonly free: readonly Evidence[];
}

function judgeGroup({ part, nodes }: Alike, cluster: ClusterFacts): Judged {
  const component = componentOf(part, cluster.adviseNode?.(part) ?? noAdvice);
  const more = nodes.length > namesTold ? ` and ${nodes.length - namesTold} more` : '';
  const who = `${nodes.slice(0, namesTold).join(', ')}${more}`;
  const head = `${who}: ${part.name} ${part.version}${part.osImage === '' ? '' : ` (${part.osImage})`}`;
  const base = { subject: nodes[0] ?? null, place: part.place, value: part.version };
  const own = hostFlaws.filter(({ component: name }) => name === part.name);
  const opinions = own.map((flaw) => ({ flaw, opinion: versionOpinion(flaw, component) }));
  const detail = { component: part.name, osImage: part.osImage, nodes: nodes.slice(0, 1000) };
  const affected = opinions
    .filter(({ opinion }) => opinion.state === 'affected')
    .toSorted((a, b) => severityRank(a.flaw.severity) - severityRank(b.flaw.severity))
    .map(({ flaw, opinion }): Evidence => {
      const exploited = flaw.exploitedSince === null ? '' : ', exploited in the wild';
      const message = `${head} has ${called(flaw)}${exploited}: ${flaw.attack}; ${opinion.because}`;
      return {
        ...base,
        message,
        severity: flaw.severity,
        detail: { ...detail, flaw: flaw.id, fixedIn: opinion.fixedIn, source: opinion.source },
      };
    });
  const open = opinions.filter(({ opinion }) => opinion.state === 'unknown');
  const unknown = [...Map.groupBy(open, ({ opinion }) => doubtOf(opinion.because))].map(
    ([reason, doubtful]): Evidence => {
      const ids = doubtful.map(({ flaw }) => flaw.id);
      const message = `${head} cannot be judged for ${ids.join(', ')}: ${reason}`;
      return { ...base, message, detail: { ...detail, flaws: ids, reason } };
    },
  );
  const free = [{ ...base, message: `${head} has none of ${own.length} known flaws`, detail }];
  return { affected, unknown, free };
}

function called({ id, name }: Flaw): string {
  return name === null ? id : `${id} (${name})`;
}

/** The number of the fix differs from flaw to flaw; the doubt is the same. */
function doubtOf(because: string): string {
  return /distributions carry fixes back/.test(because)
    ? 'distributions carry fixes back, and this version does not tell which; seaworthy audit host on the node knows, or an advisory database (seaworthy db update)'
    : because;
}
