-- Run once by the database image, beside the database `frontpage` that it makes itself.
create database airflow;
create database mlflow;

-- The API's own log-in; what it may do is given to the role by the migrations.
\getenv api_password FRONTPAGE_API_DB_PASSWORD
create role frontpage_serving nologin;
create role frontpage_api login password :'api_password' in role frontpage_serving;
