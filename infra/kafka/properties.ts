/** Where one node listens. */
export interface NodePorts {
  readonly broker: number;
  readonly controller: number;
}

/**
 * server.properties of one node (KRaft, broker and controller in one process, loopback only). Three nodes replicate
 * everything three times and acknowledge when two have it, as production does; one node cannot.
 */
export const serverProperties = (
  nodeId: number,
  nodes: readonly NodePorts[],
  logDir: string,
  more: Readonly<Record<string, string | number | boolean>> = {},
): string => {
  const own = nodes[nodeId - 1];
  if (own === undefined) throw new Error(`no ports were chosen for node ${nodeId}`);
  const { broker, controller } = own;
  const copies = nodes.length;
  const inSync = Math.min(2, copies);
  const settings: Readonly<Record<string, string | number | boolean>> = {
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    'controller.quorum.voters': nodes
      .map((node, index) => `${index + 1}@127.0.0.1:${node.controller}`)
      .join(','),
    listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': logDir,
    'default.replication.factor': copies,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': inSync,
    // A topic made by a misspelt name would swallow what is sent to it.
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
    // A node that was killed may register again only when its old session has ended: 4 s instead of 9.
    'broker.session.timeout.ms': 4000,
    'broker.heartbeat.interval.ms': 1000,
    // Tests of consumers that fall silent need not wait for the usual six seconds.
    'group.min.session.timeout.ms': 1000,
    ...more,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${String(value).replaceAll('\\', '\\\\')}\n`)
    .join('');
};
