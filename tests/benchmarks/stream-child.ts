// Clients of the stream's benchmark, in processes of their own. Arguments: `post` or `read`, address, key, agreements, and how many
// readers. `read` prints how many are open, and when it is ended by a signal what came to them, as lines of JSON.
import { Agent, request } from 'node:http';
import { usageEvent } from './payload.js';

const [mode, base, key, agreementCount, readerCount] = process.argv.slice(2);
if (!mode || !base || !key || !agreementCount) throw new Error('mode, address, key, agreements');

const AT_ONCE = 1_000;
const IN_FLIGHT = 2;
/** Every fifth reader watches everything, the others an agreement each. */
const ALL_OF = 5;

const agreementOf = (index: number): string => `bench-agreement-${index % Number(agreementCount)}`;
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const headers = { authorization: `Bearer ${key}` };

const post = async (poster: number): Promise<never> => {
  for (let call = 0; ; call += 1) {
    const events = Array.from({ length: AT_ONCE }, (_, index) =>
      usageEvent(agreementOf(index), `${process.pid}-${poster}-${call}-${index}`),
    );
    const answer = await fetch(`${base}/v1/usage-events/batch`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(events),
    });
    const { counts } = (await answer.json()) as { counts: { recorded: number } };
    if (counts.recorded !== AT_ONCE) throw new Error(JSON.stringify(counts));
  }
};

const read = async (readers: number): Promise<void> => {
  const came = { open: 0, blocks: 0, bytes: 0, lost: 0 };
  await Promise.all(
    Array.from({ length: readers }, (_, reader) => {
      const query = reader % ALL_OF === 0 ? '' : `?agreementId=${agreementOf(reader)}`;
      return new Promise<void>((resolve, reject) => {
        request(`${base}/v1/stream${query}`, { agent, headers }, (answer) => {
          if (answer.statusCode !== 200) return reject(new Error(String(answer.statusCode)));
          came.open += 1;
          answer.on('close', () => (came.lost += 1)).on('error', () => undefined);
          answer.on('data', (bytes: Buffer) => {
            came.bytes += bytes.length;
            came.blocks += 1;
          });
          resolve();
        })
          .on('error', reject)
          .end();
      });
    }),
  );
  process.stdout.write(`${JSON.stringify(came)}\n`);
  process.once('SIGTERM', () => {
    process.stdout.write(`${JSON.stringify(came)}\n`, () => process.exit());
  });
};

await (mode === 'post'
  ? Promise.all(Array.from({ length: IN_FLIGHT }, (_, poster) => post(poster)))
  : read(Number(readerCount)));
