-- A set of installed packages, kept once.
-- grain: set of packages
-- parameters: hash, packages
-- idempotence: by its hash
insert into execution_packages (packages_hash, packages) values (%(hash)s, %(packages)s) on conflict do nothing
