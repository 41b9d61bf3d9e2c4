-- One environment is back for a day; the other one has 15 seconds left, and nobody will write to its row again.
UPDATE environments SET expires_at = NOW() + INTERVAL 1 DAY WHERE id = 'pr-102';
UPDATE environments SET expires_at = NOW() + INTERVAL 15 SECOND WHERE id = 'demo';
