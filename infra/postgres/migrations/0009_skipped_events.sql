-- What a generation of a view lacks, because its fold failed and the ledger has the decision to pass over it. Written with
-- the checkpoint and read with it, so that every answer can say what it is short of.
CREATE TABLE views.skipped_event (
  name        text    NOT NULL,
  version     integer NOT NULL,
  generation  integer NOT NULL,
  shard       integer NOT NULL,
  position    bigint  NOT NULL,
  tenant      text    NOT NULL,
  hash        bytea   NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (name, version, generation, shard, position),
  FOREIGN KEY (name, version, generation) REFERENCES views.projection ON DELETE CASCADE
);

-- Decisions used to be kept in views.quarantine. They count no more until somebody enters them in the ledger, but what was
-- passed over by them is missing from the views that are there: now these say so.
INSERT INTO views.skipped_event (name, version, generation, shard, position, tenant, hash)
SELECT q.name, q.version, c.generation, q.shard, q.position, e.tenant, e.hash
FROM views.quarantine q
JOIN views.projection_checkpoint c USING (name, version, shard)
JOIN ledger.ledger_event e ON e.shard = q.shard AND e.position = q.position
WHERE q.decision = 'skip' AND c.position >= q.position;
