-- MySQL and MariaDB. One row is one tenant with a database instance of its own.
CREATE TABLE nodes (
  node_id VARCHAR(63) PRIMARY KEY,
  domain VARCHAR(255) NOT NULL,
  is_active BOOLEAN DEFAULT TRUE,
  db_type VARCHAR(20) DEFAULT 'postgres', -- postgres, mysql
  db_instance_class VARCHAR(30) DEFAULT 'db.t3.micro',
  db_storage_gb INT DEFAULT 20,
  db_multi_az BOOLEAN DEFAULT FALSE,
  rds_instance_id VARCHAR(255),
  rds_endpoint VARCHAR(255),
  plan_type VARCHAR(20) DEFAULT 'basic' -- basic, pro, enterprise
);

INSERT INTO nodes (node_id, domain, is_active, db_instance_class, db_storage_gb, plan_type)
VALUES ('acme-corp', 'acme.example.com', TRUE, 'db.t3.small', 50, 'pro');

-- A hub of its own for the large tenants reads this view in place of the table.
CREATE VIEW enterprise_nodes AS
SELECT * FROM nodes WHERE plan_type = 'enterprise' AND is_active = TRUE;
