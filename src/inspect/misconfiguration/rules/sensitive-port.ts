// Ports by which machines are managed, not services used.
import type { Severity } from '../../../model/severity.ts';
import type { ImageRule } from '../rule.ts';

const managed = new Map<string, readonly [name: string, severity: Severity]>([
  ['21', ['FTP', 'medium']],
  ['22', ['SSH', 'medium']],
  ['23', ['Telnet', 'high']],
  ['512', ['rexec', 'high']],
  ['513', ['rlogin', 'high']],
  ['514', ['rsh', 'high']],
  ['2375', ['Docker API without TLS', 'high']],
  ['2376', ['Docker API', 'medium']],
  ['2379', ['etcd', 'medium']],
  ['3389', ['remote desktop', 'medium']],
  ['5900', ['VNC', 'medium']],
  ['9229', ['Node.js debugger', 'high']],
  ['5005', ['Java debugger', 'medium']],
  ['10250', ['kubelet API', 'medium']],
]);

export const sensitivePort: ImageRule = {
  id: 'image-sensitive-port',
  title: 'The image opens a port of remote control',
  severity: 'medium',
  why: 'A login or debugger inside the container is a door beside the application that nobody watches.',
  fix: 'Remove the EXPOSE and the service behind it; enter a container with `docker exec` or `kubectl exec`.',
  lesson: 'exposed-management-port',
  check({ config }) {
    const found = (config?.exposedPorts ?? []).flatMap((port) => {
      const known = managed.get(port.split('/', 1)[0] ?? '');
      return known === undefined ? [] : [{ port, name: known[0], severity: known[1] }];
    });
    if (found.length === 0) return null;
    const isHigh = found.some(({ severity }) => severity === 'high');
    return {
      evidence: { ports: found.map(({ port, name }) => `${port} (${name})`).join(', ') },
      severity: isHigh ? 'high' : 'medium',
    };
  },
};
