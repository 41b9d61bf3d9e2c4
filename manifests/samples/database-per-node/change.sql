-- A larger plan: the application gets more, the database stays as it was created (creationPolicy Once). And a new tenant.
UPDATE nodes SET plan_type = 'enterprise', db_instance_class = 'db.m5.large' WHERE node_id = 'acme-corp';
INSERT INTO nodes (node_id, domain, db_multi_az) VALUES ('globex-corp', 'globex.example.com', TRUE);
