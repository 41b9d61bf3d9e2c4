-- Version and switch in one statement: the traffic moves once the new version is ready. This one never will be.
UPDATE nodes SET green_version = '1.29-unpullable', active_color = 'green' WHERE node_id = 'acme';
