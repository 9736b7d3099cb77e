-- recorded_at grows with the position, so a time is found by bisecting positions: nothing ever read this index, and every
-- row paid for it.
DROP INDEX ledger.ledger_event_recorded_at;
