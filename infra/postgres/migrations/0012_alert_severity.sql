-- How bad an alert is, as its rule said when it fired.
ALTER TABLE ledger.alert
  ADD COLUMN severity text NOT NULL DEFAULT 'warning' CHECK (severity IN ('info', 'warning', 'critical'));
-- What was given up is counted whenever somebody scrapes.
CREATE INDEX alert_delivery_dead ON ledger.alert_delivery (tenant, endpoint_id) WHERE state = 'dead';
