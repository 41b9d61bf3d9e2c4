-- What a nightly job would do. The rows of environments that live go as well here: without the guard of the hub being
-- switched off, that many deletions at once would wait for an approval.
DELETE FROM environments;
