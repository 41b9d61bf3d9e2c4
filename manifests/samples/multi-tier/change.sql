-- Each tier scales by its own column; a larger database size leaves the StatefulSet as it was created (Once).
UPDATE nodes SET web_replicas = 5, worker_replicas = 1 WHERE node_id = 'pro-corp';
UPDATE nodes SET db_size = 'medium', enable_analytics = TRUE WHERE node_id = 'free-corp';
