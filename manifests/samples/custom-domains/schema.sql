-- MySQL and MariaDB. A customer has one storefront and any number of domains; each domain is a row of its own.
CREATE TABLE customers (
  customer_id VARCHAR(40) PRIMARY KEY,
  replicas INT DEFAULT 1,
  is_active BOOLEAN DEFAULT TRUE
);

CREATE TABLE domains (
  domain VARCHAR(63) PRIMARY KEY,
  customer_id VARCHAR(40) NOT NULL,
  is_verified BOOLEAN DEFAULT FALSE -- set by what checks the customer's TXT record
);

-- A domain is served once it is verified and while its customer is active.
CREATE VIEW live_domains AS
SELECT d.domain, d.customer_id, (d.is_verified AND c.is_active) AS is_live
FROM domains d JOIN customers c ON c.customer_id = d.customer_id;

INSERT INTO customers (customer_id, replicas) VALUES
  ('acme', 2),
  ('globex', 1);

INSERT INTO domains (domain, customer_id, is_verified) VALUES
  ('shop.acme.test', 'acme', TRUE),
  ('www.acme.test', 'acme', TRUE),
  ('globex.test', 'globex', FALSE);
