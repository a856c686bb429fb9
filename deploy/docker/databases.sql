-- Run once by the database image, beside the database `frontpage` that it makes itself.
create database airflow;
create database mlflow;
