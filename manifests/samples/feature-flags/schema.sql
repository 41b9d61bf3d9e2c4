-- MySQL and MariaDB. Flags are rows of a table of their own; views make columns and selections of them.
CREATE TABLE nodes (
  node_id VARCHAR(63) PRIMARY KEY,
  plan_type VARCHAR(20) DEFAULT 'basic', -- basic, pro, enterprise
  feature_enabled BOOLEAN DEFAULT FALSE,
  checkout_variant VARCHAR(1) DEFAULT 'a', -- an A/B test
  is_active BOOLEAN DEFAULT TRUE
);

CREATE TABLE feature_flags (
  node_id VARCHAR(63),
  feature VARCHAR(50),
  enabled BOOLEAN,
  PRIMARY KEY (node_id, feature)
);

-- Way 1 and 2, hub-flags.yaml: every node with its flags as columns.
CREATE VIEW node_flags AS
SELECT n.node_id, n.plan_type, n.checkout_variant, n.is_active,
  EXISTS (SELECT 1 FROM feature_flags f
          WHERE f.node_id = n.node_id AND f.feature = 'ai-assistant' AND f.enabled) AS ai_assistant
FROM nodes n;

-- Way 3, hub.yaml: rows move in and out of the view as their flag changes.
CREATE VIEW nodes_with_feature AS
SELECT * FROM nodes WHERE feature_enabled = TRUE;

INSERT INTO nodes (node_id, plan_type, feature_enabled) VALUES
  ('acme', 'enterprise', TRUE),
  ('globex', 'basic', FALSE);

INSERT INTO feature_flags (node_id, feature, enabled) VALUES
  ('acme', 'ai-assistant', TRUE);
