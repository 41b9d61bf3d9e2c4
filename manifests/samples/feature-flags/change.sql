-- One flag goes, one comes, an A/B test gets a node, and the feature of the view moves from one node to the other.
UPDATE feature_flags SET enabled = FALSE WHERE node_id = 'acme' AND feature = 'ai-assistant';
INSERT INTO feature_flags (node_id, feature, enabled) VALUES ('globex', 'ai-assistant', TRUE);
UPDATE nodes SET checkout_variant = 'b' WHERE node_id = 'globex';
UPDATE nodes SET feature_enabled = (node_id = 'globex');
