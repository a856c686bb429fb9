-- Run once by the database image: databases, and a log-in for each part, as an administrator makes them.
\getenv migrator_password MIGRATOR_PASSWORD
\getenv pipeline_password PIPELINE_PASSWORD
\getenv api_password API_PASSWORD
\getenv digest_password DIGEST_PASSWORD
\getenv backup_password BACKUP_PASSWORD
\getenv airflow_password AIRFLOW_PASSWORD

create role frontpage_audit nologin;
create role frontpage_viewer nologin;
create role frontpage_serving nologin;
create role frontpage_pipeline login password :'pipeline_password';
create role frontpage_digest login password :'digest_password';
create role frontpage_api login password :'api_password' in role frontpage_serving;
create role frontpage_migrator login password :'migrator_password' in role frontpage_pipeline;
create role frontpage_backup login replication password :'backup_password';
create role airflow login password :'airflow_password';

alter database frontpage owner to frontpage_migrator;
create database airflow owner airflow;
create database mlflow owner frontpage_pipeline;
