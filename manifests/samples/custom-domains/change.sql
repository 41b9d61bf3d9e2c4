-- The customer's TXT record was found: the domain is served. Another one is given back.
UPDATE domains SET is_verified = TRUE WHERE domain = 'globex.test';
UPDATE domains SET is_verified = FALSE WHERE domain = 'www.acme.test';
