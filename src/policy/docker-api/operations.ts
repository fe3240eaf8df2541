// All operations of the Docker Engine API, with what their bodies are. Adding one = one row.

/**
 * judged: JSON that decides what happens, it must be there. free: JSON or nothing, harmless either way.
 * none: there is none. stream: a tar or a protocol of its own, which nobody can judge on the way.
 */
export type BodyRule = 'judged' | 'free' | 'none' | 'stream';

export interface Operation {
  readonly id: string;
  readonly methods: readonly string[];
  /** `{c}`: a container, exec, volume or network; `{n}`: a name that may hold slashes. */
  readonly pattern: string;
  readonly body: BodyRule;
}

/** `id METHOD path body` */
const rows = `
ping GET,HEAD /_ping none
version GET /version none
info GET /info none
events GET /events none
system.df GET /system/df none
auth POST /auth free
session POST /session stream
grpc POST /grpc stream
debug GET,POST /debug/{n} stream
container.list GET /containers/json none
container.create POST /containers/create judged
container.prune POST /containers/prune none
container.inspect GET /containers/{c}/json none
container.top GET /containers/{c}/top none
container.logs GET /containers/{c}/logs none
container.changes GET /containers/{c}/changes none
container.export GET /containers/{c}/export none
container.stats GET /containers/{c}/stats none
container.resize POST /containers/{c}/resize none
container.start POST /containers/{c}/start none
container.stop POST /containers/{c}/stop none
container.restart POST /containers/{c}/restart none
container.kill POST /containers/{c}/kill none
container.update POST /containers/{c}/update judged
container.rename POST /containers/{c}/rename none
container.pause POST /containers/{c}/pause none
container.unpause POST /containers/{c}/unpause none
container.attach POST /containers/{c}/attach none
container.attach-ws GET /containers/{c}/attach/ws none
container.wait POST /containers/{c}/wait none
container.remove DELETE /containers/{c} none
container.read-files GET,HEAD /containers/{c}/archive none
container.write-files PUT /containers/{c}/archive stream
container.copy POST /containers/{c}/copy free
container.exec POST /containers/{c}/exec judged
checkpoint.list GET /containers/{c}/checkpoints none
checkpoint.create POST /containers/{c}/checkpoints free
checkpoint.remove DELETE /containers/{c}/checkpoints/{c} none
exec.start POST /exec/{c}/start free
exec.resize POST /exec/{c}/resize none
exec.inspect GET /exec/{c}/json none
image.list GET /images/json none
image.search GET /images/search none
image.pull POST /images/create none
image.load POST /images/load stream
image.prune POST /images/prune none
image.export GET /images/get none
image.export GET /images/{n}/get none
image.inspect GET /images/{n}/json none
image.history GET /images/{n}/history none
image.attestations GET /images/{n}/attestations none
image.push POST /images/{n}/push none
image.tag POST /images/{n}/tag none
image.remove DELETE /images/{n} none
image.commit POST /commit free
image.build POST /build stream
image.build-prune POST /build/prune none
image.build-cancel POST /build/cancel none
image.distribution GET /distribution/{n}/json none
network.list GET /networks none
network.create POST /networks/create judged
network.prune POST /networks/prune none
network.inspect GET /networks/{c} none
network.connect POST /networks/{c}/connect judged
network.disconnect POST /networks/{c}/disconnect judged
network.remove DELETE /networks/{c} none
volume.list GET /volumes none
volume.create POST /volumes/create judged
volume.prune POST /volumes/prune none
volume.inspect GET /volumes/{c} none
volume.update PUT /volumes/{c} free
volume.remove DELETE /volumes/{c} none
swarm.inspect GET /swarm none
swarm.unlock-key GET /swarm/unlockkey none
swarm.change POST /swarm/{c} free
node.list GET /nodes none
node.inspect GET /nodes/{c} none
node.remove DELETE /nodes/{c} none
node.update POST /nodes/{c}/update free
service.list GET /services none
service.create POST /services/create judged
service.inspect GET /services/{c} none
service.remove DELETE /services/{c} none
service.update POST /services/{c}/update judged
service.logs GET /services/{c}/logs none
task.list GET /tasks none
task.inspect GET /tasks/{c} none
task.logs GET /tasks/{c}/logs none
secret.list GET /secrets none
secret.inspect GET /secrets/{c} none
secret.create POST /secrets/create free
secret.remove DELETE /secrets/{c} none
secret.update POST /secrets/{c}/update free
config.list GET /configs none
config.inspect GET /configs/{c} none
config.create POST /configs/create free
config.remove DELETE /configs/{c} none
config.update POST /configs/{c}/update free
plugin.list GET /plugins none
plugin.privileges GET /plugins/privileges none
plugin.change POST /plugins/{n} stream
plugin.inspect GET /plugins/{n}/json none
plugin.remove DELETE /plugins/{n} none
`;

/** In the order in which they are tried: exact paths stand before patterns. */
export const operations: readonly Operation[] = rows
  .trim()
  .split('\n')
  .map((row) => {
    const [id = '', methods = '', pattern = '', body = ''] = row.split(' ');
    return { id, methods: methods.split(','), pattern, body: body as BodyRule };
  });

/** Operations that stand for others: told apart by their query, or not known at all. */
export const derivedOperations: readonly string[] = [
  'image.import',
  'image.build-remote',
  'unknown.read',
  'unknown.write',
];

/** Whether an operation is more than reading. */
export function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
