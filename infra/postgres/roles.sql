-- What the serving processes may do. The owner is whoever migrates, and serves nothing. By name, each of them: tables
-- of views belong to the role that serves, and an owner that is no superuser may not grant on what is not its own.
-- By hand: psql -v runtime=the_role -f roles.sql (the role must exist and be able to log in).
GRANT USAGE ON SCHEMA ledger TO :"runtime";
GRANT SELECT ON ledger.ledger TO :"runtime";
GRANT SELECT ON ledger.migration TO :"runtime";
GRANT SELECT, INSERT ON ledger.ledger_event TO :"runtime";
GRANT SELECT, UPDATE ON ledger.shard_head TO :"runtime";
GRANT SELECT, INSERT, UPDATE ON ledger.stream TO :"runtime";
-- Of what waits or was refused it may not rewrite what came, nor delete what is history.
REVOKE UPDATE ON ledger.parked FROM :"runtime";
GRANT SELECT, INSERT, DELETE, UPDATE (reason, attempts, next_try) ON ledger.parked TO :"runtime";
GRANT SELECT, INSERT, UPDATE (times, last_seen, settled_as) ON ledger.refused TO :"runtime";
GRANT SELECT, INSERT ON ledger.usage_history TO :"runtime";
GRANT USAGE ON SEQUENCE ledger.usage_history_entry TO :"runtime";
GRANT SELECT, INSERT, UPDATE ON ledger.usage_count TO :"runtime";
GRANT SELECT, INSERT, UPDATE ON ledger.relay_checkpoint TO :"runtime";
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.relay_member TO :"runtime";
GRANT SELECT, UPDATE ON ledger.alert_evaluator TO :"runtime";
GRANT SELECT, INSERT, UPDATE (resolved_number, resolved_at) ON ledger.alert TO :"runtime";
GRANT SELECT, INSERT ON ledger.alert_message TO :"runtime";
GRANT SELECT, INSERT, UPDATE (retired_at, retired_by, retired_because) ON ledger.alert_endpoint TO :"runtime";
GRANT SELECT, INSERT, DELETE ON ledger.alert_secret TO :"runtime";
GRANT SELECT, INSERT, UPDATE ON ledger.alert_delivery TO :"runtime";
-- Keys are made and revoked by the owner: a hole in the api must not be able to mint one.
GRANT SELECT ON ledger.api_key TO :"runtime";

-- Which version the tables are of.

GRANT USAGE, CREATE ON SCHEMA views TO :"runtime";
GRANT SELECT, INSERT, UPDATE, DELETE ON views.projection TO :"runtime";
GRANT SELECT, INSERT, UPDATE, DELETE ON views.projection_checkpoint TO :"runtime";
GRANT SELECT, INSERT, UPDATE, DELETE ON views.quarantine TO :"runtime";
GRANT SELECT, INSERT, UPDATE, DELETE ON views.skipped_event TO :"runtime";
