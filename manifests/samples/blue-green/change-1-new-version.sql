-- The idle colour gets the new version; the traffic stays where it is. Look at it through the Service acme-preview.
UPDATE nodes SET green_version = '1.28-alpine' WHERE node_id = 'acme';
