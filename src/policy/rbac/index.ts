// The door of RBAC: roles and bindings that give too much.
import { type Inquiry, notAsked } from '../inquiry.ts';
import { joined, type ProfileId } from '../profile.ts';
import { rightsOf } from './control.ts';
import { rbacControls } from './controls.ts';

const kinds: ReadonlySet<string> = new Set([
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
]);

/** Judges roles and bindings by these profiles; all controls are of the level `hardening`. */
export function rbacInquiry(profiles: readonly ProfileId[]): Inquiry {
  const { modeOf } = joined(profiles);
  return (subject) => {
    if (!kinds.has(subject.kind)) return notAsked;
    if (!subject.apiVersion.startsWith('rbac.authorization.k8s.io/')) return notAsked;
    const rights = rightsOf(subject.object, subject.kind, subject.name);
    const objections = rbacControls.flatMap((control) => {
      const mode = modeOf({ level: 'hardening', severity: control.severity });
      if (mode === null) return [];
      return control.check(rights).map(({ path, message }) => ({
        about: control,
        mode,
        fault: { path, ofObject: true as const, message, container: null, edits: [] },
      }));
    });
    return { isAsked: true, objections, unknowns: [], annotations: [] };
  };
}

export { type RbacControl, rightsOf } from './control.ts';
export { rbacControls } from './controls.ts';
