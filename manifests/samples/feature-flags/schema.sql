-- MySQL and MariaDB. Rows move in and out of the view as their flag changes.
CREATE TABLE nodes (
  node_id VARCHAR(63) PRIMARY KEY,
  plan_type VARCHAR(20) DEFAULT 'basic', -- basic, pro, enterprise
  feature_enabled BOOLEAN DEFAULT FALSE,
  is_active BOOLEAN DEFAULT TRUE
);

CREATE VIEW nodes_with_feature AS
SELECT * FROM nodes WHERE feature_enabled = TRUE;

INSERT INTO nodes (node_id, plan_type, feature_enabled) VALUES
  ('acme', 'enterprise', TRUE),
  ('globex', 'basic', FALSE);
