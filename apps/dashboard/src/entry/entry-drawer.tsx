import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { instantOf } from '../format/words.js';
import { Answer } from '../parts/answer.js';
import { Drawer } from '../parts/drawer.js';
import { Icon } from '../parts/icon.js';
import { useParameter, useSetParameters } from '../state/address.js';
import { entry as entryOf } from '../state/questions.js';
import { leafHash } from './leaf-hash.js';

/** An entry as it was hashed, and whether its text gives its hash, computed here and not by the server. */
export const EntryDrawer = () => {
  const place = useParameter('entry');
  const setParameters = useSetParameters();
  const [shard, position] = place?.split(':') ?? [];
  if (shard === undefined || position === undefined) return null;
  return (
    <Drawer key={place} title={`Entry ${place}`} onClose={() => setParameters({ entry: null })}>
      <Entry shard={shard} position={position} />
    </Drawer>
  );
};

const Entry = ({ shard, position }: { readonly shard: string; readonly position: string }) => (
  <Answer query={useQuery(entryOf(shard, position))} size="table">
    {({ entry, hash, prev, type, stream, actor, source, id, recordedAt, effectiveAt }) => (
      <>
        <Check text={entry} hash={hash} />
        <dl>
          {Object.entries({
            Type: type,
            Stream: stream,
            'Recorded by': actor,
            'Recorded at': instantOf(recordedAt),
            'Effective at': instantOf(effectiveAt),
            Source: source,
            Id: id,
            Hash: hash,
            'Hash before': prev,
          }).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <h3>As it was hashed</h3>
        <pre tabIndex={0}>{entry}</pre>
      </>
    )}
  </Answer>
);

const Check = ({ text, hash }: { readonly text: string; readonly hash: string }) => {
  const [computed, setComputed] = useState<string | null>(null);
  useEffect(() => {
    void leafHash(text).then(setComputed);
  }, [text]);
  if (computed === null) return <p className="check">Computing its hash …</p>;
  if (computed === '')
    return <p className="check">This browser computes hashes over TLS only, or on this machine.</p>;
  const holds = computed === hash;
  return (
    <p className={holds ? 'check holds' : 'check fails'} role="status">
      <Icon name={holds ? 'low' : 'high'} />
      {holds
        ? 'Your browser computed the same hash from this text.'
        : `Your browser computed another hash from this text: ${computed}`}
    </p>
  );
};
