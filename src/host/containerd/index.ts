// containerd itself, without Docker: its events.
export { type ContainerdEvent, containerdEvents } from './events.ts';
export { type Message, readMessage, textField } from './protobuf.ts';
