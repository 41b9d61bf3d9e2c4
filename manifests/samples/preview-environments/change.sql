-- A push changes an image, a merge ends an environment before its time, and there is a new one.
UPDATE environments SET image = 'nginx:1.28-alpine' WHERE id = 'pr-101';
UPDATE environments SET expires_at = NOW() WHERE id = 'pr-102';
INSERT INTO environments (id, image, expires_at) VALUES ('demo', 'nginx:1.27-alpine', NOW() + INTERVAL 1 HOUR);
