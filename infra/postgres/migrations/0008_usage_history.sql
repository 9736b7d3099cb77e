-- What was taken and is not in the ledger stays readable, with its content, its reasons and what people did about it;
-- how much came is counted; and parked usage is recorded only as it was parked.

-- What happened to usage that waited or was refused: appended, never changed. A step `parked` holds what was parked, so
-- that a row of `parked` that was altered since is found, and what it was can still be read.
CREATE SEQUENCE ledger.usage_history_entry;
CREATE TABLE ledger.usage_history (
  entry     bigint      PRIMARY KEY DEFAULT nextval('ledger.usage_history_entry'),
  at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  tenant    text,
  source    text,
  event_id  text,
  refusal   bigint,
  step      text        NOT NULL CHECK (step IN ('parked', 'recorded', 'duplicate', 'retried', 'discarded')),
  channel   text,
  code      text,
  -- Whose key or command it was. Null: nobody's, a sweep did it.
  actor     text,
  reason    text,
  attempts  integer,
  payload   text,
  seal      bytea
);
ALTER SEQUENCE ledger.usage_history_entry OWNED BY ledger.usage_history.entry;
-- Cut, because names of what was refused may be longer than an index takes.
CREATE INDEX usage_history_of ON ledger.usage_history (tenant, left(source, 200), left(event_id, 200));
CREATE INDEX usage_history_refusal ON ledger.usage_history (refusal) WHERE refusal IS NOT NULL;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.usage_history
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.usage_history ENABLE ALWAYS TRIGGER append_only;

-- `seal`: SHA-256 over everything that will be recorded (libs/application/inbox/parked-seal.ts). `arrival`: its step `parked`.
ALTER TABLE ledger.parked
  ADD COLUMN channel text NOT NULL DEFAULT 'http',
  ADD COLUMN seal    bytea CHECK (octet_length(seal) = 32),
  ADD COLUMN arrival bigint;
-- How it came is no longer known but for what its sender was called.
UPDATE ledger.parked
   SET channel = CASE WHEN payload LIKE '%"actor":"kafka:%' THEN 'kafka'
                      WHEN payload LIKE '%"actor":"cli:%' THEN 'file'
                      ELSE 'http' END,
       arrival = nextval('ledger.usage_history_entry');
UPDATE ledger.parked
   SET seal = sha256(convert_to(
         (SELECT string_agg(octet_length(convert_to(part, 'UTF8')) || ':' || part, '' ORDER BY at)
            FROM unnest(ARRAY[tenant, source, event_id, agreement, channel, encode(digest, 'hex'), payload])
                 WITH ORDINALITY AS p (part, at)), 'UTF8'));
INSERT INTO ledger.usage_history (entry, at, tenant, source, event_id, step, channel, code, payload, seal)
SELECT arrival, first_seen, tenant, source, event_id, 'parked', channel, reason, payload, seal FROM ledger.parked;
CREATE INDEX parked_seen ON ledger.parked (tenant, first_seen, source, event_id);

-- A line per refusal; the same again is counted in its line. `at` is when it was seen first.
ALTER TABLE ledger.refused
  ADD COLUMN last_seen     timestamptz,
  ADD COLUMN times         integer NOT NULL DEFAULT 1 CHECK (times > 0),
  -- SHA-256 of what makes two refusals the same one. Null: of before this migration.
  ADD COLUMN fingerprint   bytea,
  ADD COLUMN agreement     text,
  ADD COLUMN actor         text,
  ADD COLUMN problems      text,
  ADD COLUMN payload       text,
  ADD COLUMN encoding      text NOT NULL DEFAULT 'utf-8' CHECK (encoding IN ('utf-8', 'base64')),
  ADD COLUMN truncated     boolean NOT NULL DEFAULT false,
  -- SHA-256 of the Kafka message, by which its dead letters are found.
  ADD COLUMN letter_digest bytea,
  -- Of usage that was parked before.
  ADD COLUMN parked_at     timestamptz,
  ADD COLUMN parked_for    text,
  ADD COLUMN attempts      integer,
  -- The parked row as it was found, where it was not what had been parked.
  ADD COLUMN altered       text,
  -- What became of it in the end; null: it is refused. `refused`: for another reason now, in a line of its own.
  ADD COLUMN settled_as    text CHECK (settled_as IN ('recorded', 'duplicate', 'refused', 'discarded'));
CREATE UNIQUE INDEX refused_same ON ledger.refused (fingerprint) WHERE settled_as IS NULL;
CREATE INDEX refused_number ON ledger.refused (tenant, refusal);
CREATE INDEX refused_of ON ledger.refused (tenant, left(source, 200), left(reference, 200));
CREATE INDEX refused_letter ON ledger.refused (letter_digest) WHERE letter_digest IS NOT NULL;

-- What was refused, when and why is never rewritten, and what it became is said once.
CREATE FUNCTION ledger.keep_refusal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before ledger.refused := OLD;
BEGIN
  before.times := NEW.times;
  before.last_seen := NEW.last_seen;
  before.settled_as := NEW.settled_as;
  IF before IS DISTINCT FROM NEW OR NEW.times < OLD.times
     OR (OLD.settled_as IS NOT NULL AND NEW.settled_as IS DISTINCT FROM OLD.settled_as) THEN
    RAISE EXCEPTION 'a refusal is not rewritten' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_refusal BEFORE UPDATE ON ledger.refused
  FOR EACH ROW EXECUTE FUNCTION ledger.keep_refusal();
ALTER TABLE ledger.refused ENABLE ALWAYS TRIGGER keep_refusal;

-- How many usage events came, and what became at once of those that left no line elsewhere. In slots, so that sessions do
-- not wait for each other; the sum counts. An empty tenant: nobody's, or not to be believed.
CREATE TABLE ledger.usage_count (
  tenant     text        NOT NULL,
  channel    text        NOT NULL,
  slot       integer     NOT NULL,
  came       bigint      NOT NULL DEFAULT 0,
  recorded   bigint      NOT NULL DEFAULT 0,
  duplicate  bigint      NOT NULL DEFAULT 0,
  since      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, channel, slot)
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
INSERT INTO ledger.usage_count (tenant, channel, slot, came)
SELECT tenant, channel, 0, count(*)
  FROM (SELECT tenant, channel FROM ledger.parked
        UNION ALL
        SELECT coalesce(tenant, ''), channel FROM ledger.refused) AS came
 GROUP BY tenant, channel;
