// MITRE ATT&CK as far as rules speak of it: the 48 techniques of the platform Containers and those of
// Linux that rules name. Ids, names and tactics are those of v19; ids of v18 are understood as well.

export type Tactic =
  | 'initial-access'
  | 'execution'
  | 'persistence'
  | 'privilege-escalation'
  | 'stealth'
  | 'defense-impairment'
  | 'credential-access'
  | 'discovery'
  | 'lateral-movement'
  | 'collection'
  | 'command-and-control'
  | 'exfiltration'
  | 'impact';

export interface Technique {
  /** Of v19. */
  readonly id: string;
  readonly name: string;
  readonly tactics: readonly Tactic[];
  /** What v18 called it, the closest first; empty where the id is the same. */
  readonly formerIds: readonly string[];
  /** On the list of the platform Containers. */
  readonly ofContainers: boolean;
}

type Row = readonly [string, string, readonly Tactic[], (readonly string[])?];

const containerRows: readonly Row[] = [
  ['T1190', 'Exploit Public-Facing Application', ['initial-access']],
  ['T1133', 'External Remote Services', ['initial-access', 'persistence']],
  ['T1078', 'Valid Accounts', ['initial-access', 'persistence', 'privilege-escalation', 'stealth']],
  [
    'T1078.001',
    'Valid Accounts: Default Accounts',
    ['initial-access', 'persistence', 'privilege-escalation', 'stealth'],
  ],
  [
    'T1078.003',
    'Valid Accounts: Local Accounts',
    ['initial-access', 'persistence', 'privilege-escalation', 'stealth'],
  ],
  ['T1609', 'Container Administration Command', ['execution']],
  ['T1610', 'Deploy Container', ['execution']],
  ['T1611', 'Escape to Host', ['privilege-escalation']],
  ['T1612', 'Build Image on Host', ['stealth']],
  ['T1613', 'Container and Resource Discovery', ['discovery']],
  ['T1046', 'Network Service Discovery', ['discovery']],
  ['T1053', 'Scheduled Task/Job', ['execution', 'persistence', 'privilege-escalation']],
  [
    'T1053.007',
    'Scheduled Task/Job: Container Orchestration Job',
    ['execution', 'persistence', 'privilege-escalation'],
  ],
  ['T1059', 'Command and Scripting Interpreter', ['execution']],
  ['T1059.013', 'Command and Scripting Interpreter: Container CLI/API', ['execution']],
  ['T1204', 'User Execution', ['execution']],
  ['T1204.003', 'User Execution: Malicious Image', ['execution']],
  ['T1525', 'Implant Internal Image', ['persistence']],
  ['T1543', 'Create or Modify System Process', ['persistence', 'privilege-escalation']],
  [
    'T1543.005',
    'Create or Modify System Process: Container Service',
    ['persistence', 'privilege-escalation'],
  ],
  ['T1098', 'Account Manipulation', ['persistence', 'privilege-escalation']],
  [
    'T1098.006',
    'Account Manipulation: Additional Container Cluster Roles',
    ['persistence', 'privilege-escalation'],
  ],
  ['T1136', 'Create Account', ['persistence']],
  ['T1136.001', 'Create Account: Local Account', ['persistence']],
  ['T1068', 'Exploitation for Privilege Escalation', ['privilege-escalation']],
  ['T1552', 'Unsecured Credentials', ['credential-access']],
  ['T1552.001', 'Unsecured Credentials: Credentials In Files', ['credential-access']],
  ['T1552.007', 'Unsecured Credentials: Container API', ['credential-access']],
  ['T1528', 'Steal Application Access Token', ['credential-access']],
  ['T1550', 'Use Alternate Authentication Material', ['lateral-movement']],
  [
    'T1550.001',
    'Use Alternate Authentication Material: Application Access Token',
    ['lateral-movement'],
  ],
  ['T1110', 'Brute Force', ['credential-access']],
  ['T1110.001', 'Brute Force: Password Guessing', ['credential-access']],
  ['T1110.003', 'Brute Force: Password Spraying', ['credential-access']],
  ['T1110.004', 'Brute Force: Credential Stuffing', ['credential-access']],
  ['T1036', 'Masquerading', ['stealth']],
  ['T1036.005', 'Masquerading: Match Legitimate Resource Name or Location', ['stealth']],
  ['T1036.010', 'Masquerading: Masquerade Account Name', ['stealth']],
  ['T1070', 'Indicator Removal', ['stealth']],
  ['T1685', 'Disable or Modify Tools', ['defense-impairment'], ['T1562.001', 'T1562']],
  ['T1496', 'Resource Hijacking', ['impact']],
  ['T1496.001', 'Resource Hijacking: Compute Hijacking', ['impact']],
  ['T1496.002', 'Resource Hijacking: Bandwidth Hijacking', ['impact']],
  ['T1485', 'Data Destruction', ['impact']],
  ['T1490', 'Inhibit System Recovery', ['impact']],
  ['T1498', 'Network Denial of Service', ['impact']],
  ['T1499', 'Endpoint Denial of Service', ['impact']],
  ['T1069', 'Permission Groups Discovery', ['discovery']],
];

/** Of Linux: what happens in a container is often told best by these. */
const linuxRows: readonly Row[] = [
  ['T1003.007', 'OS Credential Dumping: Proc Filesystem', ['credential-access']],
  ['T1003.008', 'OS Credential Dumping: /etc/passwd and /etc/shadow', ['credential-access']],
  ['T1005', 'Data from Local System', ['collection']],
  ['T1014', 'Rootkit', ['stealth']],
  ['T1020', 'Automated Exfiltration', ['exfiltration']],
  ['T1021.004', 'Remote Services: SSH', ['lateral-movement']],
  ['T1053.003', 'Scheduled Task/Job: Cron', ['execution', 'persistence', 'privilege-escalation']],
  ['T1055', 'Process Injection', ['privilege-escalation', 'stealth']],
  ['T1055.008', 'Process Injection: Ptrace System Calls', ['privilege-escalation', 'stealth']],
  ['T1055.009', 'Process Injection: Proc Memory', ['privilege-escalation', 'stealth']],
  ['T1059.004', 'Command and Scripting Interpreter: Unix Shell', ['execution']],
  ['T1070.003', 'Indicator Removal: Clear Command History', ['stealth']],
  ['T1070.006', 'Indicator Removal: Timestomp', ['stealth']],
  ['T1071.004', 'Application Layer Protocol: DNS', ['command-and-control']],
  ['T1082', 'System Information Discovery', ['discovery']],
  ['T1083', 'File and Directory Discovery', ['discovery']],
  ['T1090', 'Proxy', ['command-and-control']],
  ['T1090.003', 'Proxy: Multi-hop Proxy', ['command-and-control']],
  [
    'T1098.004',
    'Account Manipulation: SSH Authorized Keys',
    ['persistence', 'privilege-escalation'],
  ],
  ['T1105', 'Ingress Tool Transfer', ['command-and-control']],
  ['T1132', 'Data Encoding', ['command-and-control']],
  ['T1140', 'Deobfuscate/Decode Files or Information', ['stealth']],
  ['T1195.002', 'Supply Chain Compromise: Compromise Software Supply Chain', ['initial-access']],
  ['T1205', 'Traffic Signaling', ['stealth', 'persistence', 'command-and-control']],
  [
    'T1222.002',
    'File and Directory Permissions Modification: Linux and Mac',
    ['defense-impairment'],
  ],
  ['T1486', 'Data Encrypted for Impact', ['impact']],
  ['T1505.003', 'Server Software Component: Web Shell', ['persistence']],
  [
    'T1543.002',
    'Create or Modify System Process: Systemd Service',
    ['persistence', 'privilege-escalation'],
  ],
  ['T1546', 'Event Triggered Execution', ['persistence', 'privilege-escalation']],
  [
    'T1546.004',
    'Event Triggered Execution: Unix Shell Configuration Modification',
    ['persistence', 'privilege-escalation'],
  ],
  [
    'T1547.006',
    'Boot or Logon Autostart Execution: Kernel Modules and Extensions',
    ['persistence', 'privilege-escalation'],
  ],
  ['T1548.001', 'Abuse Elevation Control Mechanism: Setuid and Setgid', ['privilege-escalation']],
  [
    'T1548.003',
    'Abuse Elevation Control Mechanism: Sudo and Sudo Caching',
    ['privilege-escalation'],
  ],
  ['T1552.004', 'Unsecured Credentials: Private Keys', ['credential-access']],
  ['T1552.005', 'Unsecured Credentials: Cloud Instance Metadata API', ['credential-access']],
  ['T1554', 'Compromise Host Software Binary', ['persistence']],
  ['T1556', 'Modify Authentication Process', ['credential-access', 'persistence']],
  [
    'T1556.003',
    'Modify Authentication Process: Pluggable Authentication Modules',
    ['credential-access', 'persistence'],
  ],
  [
    'T1557.002',
    'Adversary-in-the-Middle: ARP Cache Poisoning',
    ['credential-access', 'collection'],
  ],
  ['T1560.001', 'Archive Collected Data: Archive via Utility', ['collection']],
  ['T1564.001', 'Hide Artifacts: Hidden Files and Directories', ['stealth']],
  ['T1567', 'Exfiltration Over Web Service', ['exfiltration']],
  ['T1571', 'Non-Standard Port', ['command-and-control']],
  ['T1572', 'Protocol Tunneling', ['command-and-control']],
  [
    'T1574.006',
    'Hijack Execution Flow: Dynamic Linker Hijacking',
    ['persistence', 'privilege-escalation', 'stealth'],
  ],
  ['T1620', 'Reflective Code Loading', ['stealth']],
  ['T1622', 'Debugger Evasion', ['stealth', 'discovery']],
  [
    'T1685.004',
    'Disable or Modify Tools: Disable or Modify Linux Audit System Log',
    ['defense-impairment'],
    ['T1562.012'],
  ],
  [
    'T1685.006',
    'Disable or Modify Tools: Clear Linux or Mac System Logs',
    ['defense-impairment'],
    ['T1070.002'],
  ],
  ['T1686', 'Disable or Modify System Firewall', ['defense-impairment'], ['T1562.004']],
  ['T1690', 'Prevent Command History Logging', ['defense-impairment'], ['T1562.003']],
];

function techniquesOf(rows: readonly Row[], ofContainers: boolean): readonly Technique[] {
  return rows.map(([id, name, tactics, formerIds = []]) => ({
    id,
    name,
    tactics,
    formerIds,
    ofContainers,
  }));
}

/** Those of the platform Containers first. */
export const techniques: readonly Technique[] = [
  ...techniquesOf(containerRows, true),
  ...techniquesOf(linuxRows, false),
];

const byId: ReadonlyMap<string, Technique> = new Map(
  techniques.flatMap((one) => [one.id, ...one.formerIds].map((id) => [id, one] as const)),
);

/** The technique of an id of v18 or v19, in any case; null for one that no rule speaks of. */
export function techniqueOf(id: string): Technique | null {
  return byId.get(id.trim().toUpperCase()) ?? null;
}

/** The tactics that v19 made out of one of v18; any other stays what it is. */
export function tacticsOf(word: string): readonly string[] {
  const tactic = word.trim().toLowerCase().replaceAll('_', '-');
  return tactic === 'defense-evasion' ? ['stealth', 'defense-impairment'] : [tactic];
}
