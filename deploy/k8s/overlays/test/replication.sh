# Sourced once by the database image: base backups come over a connection for replication, which `all` does not mean.
echo "host replication frontpage_backup all scram-sha-256" >>"$PGDATA/pg_hba.conf"
