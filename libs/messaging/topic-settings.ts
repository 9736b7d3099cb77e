import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';

export interface TopicSetting {
  readonly name: string;
  readonly value: string;
  /** Made for this very topic, and not the brokers' or Kafka's default. */
  readonly isOwn: boolean;
}

/** Kafka's protocol: the source of a setting of the topic's own. */
const OF_TOPIC: number = kafkajs.ConfigSource.TOPIC_CONFIG;
const { TOPIC } = kafkajs.ConfigResourceTypes;

/** Every setting in force of a topic. Throws when the topic is not there, or may not be asked about. */
export const readSettings = async (
  admin: Pick<Admin, 'describeConfigs'>,
  topic: string,
): Promise<readonly TopicSetting[]> => {
  const { resources } = await admin.describeConfigs({
    resources: [{ type: TOPIC, name: topic }],
    includeSynonyms: false,
  });
  return resources.flatMap(({ configEntries }) =>
    configEntries.map(({ configName, configValue, configSource }) => ({
      name: configName,
      value: configValue,
      isOwn: configSource === OF_TOPIC,
    })),
  );
};

/** The tool that comes with every Kafka, for whoever may do it. */
export const alterCommand = (
  brokers: readonly string[],
  topic: string,
  changes: Readonly<Record<string, string>>,
): string =>
  `kafka-configs.sh --bootstrap-server ${brokers.join(',')} --alter --entity-type topics ` +
  `--entity-name ${topic} --add-config ` +
  Object.entries(changes)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');

/**
 * Changes settings of a topic and leaves its others as they are: kafkajs speaks the request that replaces all of them, so
 * all of the topic's own are sent along.
 */
export const changeSettings = async (
  admin: Pick<Admin, 'alterConfigs'>,
  topic: string,
  present: readonly TopicSetting[],
  changes: Readonly<Record<string, string>>,
): Promise<void> => {
  const own = present.filter(({ isOwn }) => isOwn).map(({ name, value }) => [name, value] as const);
  const wanted = { ...Object.fromEntries(own), ...changes };
  const configEntries = Object.entries(wanted).map(([name, value]) => ({ name, value }));
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: TOPIC, name: topic, configEntries }],
  });
};
