// Names of the fields of the engine's requests (Docker Engine API 1.24 to 1.51), as Go spells them.

/** Settings that stand in HostConfig; engines to 28 read them at the root of a create body as well. */
export const hostFields: readonly string[] = words(`
  Annotations AutoRemove Binds BlkioDeviceReadBps BlkioDeviceReadIOps BlkioDeviceWriteBps
  BlkioDeviceWriteIOps BlkioWeight BlkioWeightDevice CapAdd CapDrop Capabilities Cgroup CgroupParent
  CgroupnsMode ConsoleSize ContainerIDFile CpuCount CpuPercent CpuPeriod CpuQuota CpuRealtimePeriod
  CpuRealtimeRuntime CpuShares CpusetCpus CpusetMems DeviceCgroupRules DeviceRequests Devices Dns
  DnsOptions DnsSearch ExtraHosts GroupAdd IOMaximumBandwidth IOMaximumIOps Init IpcMode Isolation
  KernelMemory KernelMemoryTCP Links LogConfig MaskedPaths Memory MemoryReservation MemorySwap
  MemorySwappiness Mounts NanoCpus NetworkMode OomKillDisable OomScoreAdj PidMode PidsLimit
  PortBindings Privileged PublishAllPorts ReadonlyPaths ReadonlyRootfs RestartPolicy Runtime
  SecurityOpt ShmSize StorageOpt Sysctls Tmpfs UTSMode Ulimits UsernsMode VolumeDriver VolumesFrom`);

const otherFields: readonly string[] = words(`
  ArgsEscaped AttachStderr AttachStdin AttachStdout Cmd Cpuset Domainname Entrypoint Env ExposedPorts
  Healthcheck HostConfig Hostname Image Labels MacAddress NetworkDisabled NetworkingConfig OnBuild
  OpenStdin Shell StdinOnce StopSignal StopTimeout Tty User Volumes WorkingDir
  Test Interval Timeout StartPeriod Retries Name MaximumRetryCount Type Config HostIp HostPort
  PathOnHost PathInContainer CgroupPermissions Driver Count DeviceIDs Options Hard Soft
  Source Target ReadOnly Consistency BindOptions VolumeOptions TmpfsOptions ImageOptions ClusterOptions
  Propagation NonRecursive CreateMountpoint ReadOnlyNonRecursive ReadOnlyForceRecursive NoCopy Subpath
  DriverConfig SizeBytes Mode EndpointsConfig IPAMConfig Aliases NetworkID EndpointID DriverOpts
  Detach DetachKeys ConsoleSize Container Force EndpointConfig CheckDuplicate Internal Attachable
  Ingress EnableIPv4 EnableIPv6 IPAM Scope ConfigOnly ConfigFrom ClusterVolumeSpec
  TaskTemplate ContainerSpec PluginSpec Resources Placement Networks LogDriver EndpointSpec
  UpdateConfig RollbackConfig Command Args Dir Groups Privileges CredentialSpec SELinuxContext Disable
  Level Role Seccomp Profile AppArmor NoNewPrivileges TTY Secrets Configs Hosts DNSConfig
  CapabilityAdd CapabilityDrop Replicated Global Devices defaultAction syscalls action names`);

/** The name of a field by its folded name. */
export const fieldNames: ReadonlyMap<string, string> = new Map(
  [...hostFields, ...otherFields].map((name) => [name.toLowerCase(), name]),
);

/** Fields (folded) that hold maps: the keys inside are data, and differ by case. */
export const mapFields: ReadonlySet<string> = new Set(
  words(`annotations config driveropts endpointsconfig exposedports labels options
    portbindings storageopt sysctls tmpfs volumes`),
);

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
