// What the audit of Kubernetes reads: kubeconfigs, settings files and drop-ins of the kubelet.
import { filesNamed, readConfig, readDropIn } from '../../../src/audit/kubernetes/index.ts';
import { readKubeconfig } from '../../../src/host/kubernetes/index.ts';
import { sample } from '../samples/files.ts';
import { type FuzzTarget, promise, promiseReason, promiseText, type Sample } from '../target.ts';

const textOf = ({ bytes }: Sample): string => new TextDecoder().decode(bytes);

function runKubeconfig(input: Sample): void {
  const answer = readKubeconfig([{ path: '/home/a/.kube/config', text: textOf(input) }], null);
  if (answer.kind === 'failed') {
    promiseReason(answer.reason.replaceAll(/[\u0000-\u001f]/g, ' '));
    return;
  }
  const { server, token, certificate, exec, verify } = answer.entry;
  promise(/^https?:$/.test(new URL(server).protocol), 'another protocol');
  promise(typeof verify === 'boolean', 'verify is no truth');
  for (const material of [token, certificate]) {
    if (material?.kind === 'file') promise(material.path.startsWith('/'), 'a path of nowhere');
  }
  if (exec !== null) promiseText(exec.command, 'a program');
}

function runKubelet(input: Sample): void {
  const text = textOf(input);
  for (const read of [readConfig, readDropIn]) {
    const { value, problem } = read('/c.yaml', text);
    promise(problem === null || value === null, 'a value in spite of a problem');
    if (problem !== null) promiseReason(problem.replaceAll(/[\u0000-\u001f]/g, ' '));
  }
  const words = ['kubelet', ...text.split(/\s+/)];
  const { config, dropIns } = filesNamed('kubelet', words, new Map());
  for (const one of [config, dropIns]) if (one !== null) promiseText(one, 'a path');
}

const kubeconfig = `apiVersion: v1
kind: Config
current-context: a
contexts:
  - {name: a, context: {cluster: c, user: u}}
clusters:
  - name: c
    cluster: {server: "https://10.0.0.1:6443", certificate-authority-data: UEVN}
users:
  - name: u
    user: {client-certificate: me.crt, exec: {command: aws, args: [eks], env: [{name: A, value: b}]}}
`;
const kubelet = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}
readOnlyPort: 0
`;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

export const kubernetesTargets: readonly FuzzTarget[] = [
  {
    name: 'kubeconfig',
    weight: 0.5,
    samples: [sample('config', encode(kubeconfig))],
    tokens: ['server: ', 'exec: ', 'tokenFile: ', 'current-context: ', '*a', '&a ', 'https://'],
    run: runKubeconfig,
  },
  {
    name: 'kubelet config',
    weight: 0.5,
    samples: [
      sample('config.yaml', encode(kubelet)),
      sample(
        'words',
        encode('--config=/a --config-dir /b --feature-gates=A=true --anonymous-auth'),
      ),
    ],
    tokens: ['--config=', '--', 'kind: KubeletConfiguration\n', '{', '- '],
    run: runKubelet,
  },
];
