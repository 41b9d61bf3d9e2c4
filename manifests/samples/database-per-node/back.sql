INSERT INTO nodes (node_id, domain, db_instance_class, db_storage_gb, plan_type)
VALUES ('acme-corp', 'acme.example.com', 'db.m5.large', 50, 'enterprise');
