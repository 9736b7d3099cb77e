-- What became of the rules by which a tenant wants to be told. The rules themselves are in the ledger; here is what fires,
-- what was said of it, and to whom it was sent. Views may be rebuilt below it: nothing here follows from them alone.

-- Who has rules, without looking through all streams.
CREATE INDEX stream_alert_rules ON ledger.stream (tenant) WHERE kind = 'alert-rules';

-- One process at a time evaluates. What it writes it writes under this row's lock and with its epoch, so that numbers are
-- in the order of commits, without gaps, and nothing comes from a process that has lost its lease.
CREATE TABLE ledger.alert_evaluator (
  one          boolean     PRIMARY KEY DEFAULT true CHECK (one),
  owner        text,
  epoch        bigint      NOT NULL DEFAULT 0,
  lease_until  timestamptz,
  last_number  bigint      NOT NULL DEFAULT 0,
  -- The last number that is in the topic ledger.alerts.
  published    bigint      NOT NULL DEFAULT 0
) WITH (fillfactor = 10);
INSERT INTO ledger.alert_evaluator DEFAULT VALUES;

-- From firing to resolved. `number`: of the message that said that it fires.
CREATE TABLE ledger.alert (
  number           bigint      PRIMARY KEY,
  tenant           text        NOT NULL,
  rule_id          text        NOT NULL,
  kind             text        NOT NULL,
  subject          text        NOT NULL,
  fired_at         timestamptz NOT NULL,
  resolved_number  bigint,
  resolved_at      timestamptz,
  CHECK ((resolved_number IS NULL) = (resolved_at IS NULL))
);
-- What fires already cannot fire again.
CREATE UNIQUE INDEX alert_firing ON ledger.alert (tenant, rule_id, subject) WHERE resolved_number IS NULL;
CREATE INDEX alert_of ON ledger.alert (tenant, number);

-- A change of state, as it is sent: the same bytes to every endpoint, whenever.
CREATE TABLE ledger.alert_message (
  number  bigint PRIMARY KEY,
  tenant  text   NOT NULL,
  alert   bigint NOT NULL,
  state   text   NOT NULL CHECK (state IN ('firing', 'resolved')),
  id      text   NOT NULL UNIQUE,
  body    text   NOT NULL,
  -- Each alert fires once and is resolved once.
  UNIQUE (alert, state)
);
CREATE INDEX alert_message_of ON ledger.alert_message (tenant, number);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.alert_message
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.alert_message ENABLE ALWAYS TRIGGER append_only;

CREATE TABLE ledger.alert_endpoint (
  tenant         text        NOT NULL,
  endpoint_id    text        NOT NULL,
  url            text        NOT NULL,
  registered_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  registered_by  text        NOT NULL,
  retired_at     timestamptz,
  retired_by     text,
  retired_because text,
  PRIMARY KEY (tenant, endpoint_id)
);
-- By itself, so that roles that may read everything else need not read it.
CREATE TABLE ledger.alert_secret (
  tenant       text NOT NULL,
  endpoint_id  text NOT NULL,
  secret       text NOT NULL,
  PRIMARY KEY (tenant, endpoint_id)
);

-- A message to an endpoint. `about`: rule and subject, which are told in order.
CREATE TABLE ledger.alert_delivery (
  tenant       text        NOT NULL,
  endpoint_id  text        NOT NULL,
  number       bigint      NOT NULL,
  about        text        NOT NULL,
  state        text        NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
  attempts     integer     NOT NULL DEFAULT 0,
  next_try     timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_try     timestamptz,
  -- Why the last try failed, and the status that was answered.
  reason       text,
  status       integer,
  PRIMARY KEY (tenant, endpoint_id, number)
);
CREATE INDEX alert_delivery_due ON ledger.alert_delivery (next_try) WHERE state = 'pending';
CREATE INDEX alert_delivery_about ON ledger.alert_delivery (tenant, endpoint_id, about, number) WHERE state = 'pending';
