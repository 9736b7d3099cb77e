-- Which migrations were applied, for roles that only serve or read: they need neither the schema public nor its table.
CREATE VIEW ledger.migration AS SELECT name, sha256, applied_at FROM public.ledger_migration;
