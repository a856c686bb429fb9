#!/bin/sh
# Airflow's pages and REST API, with the one log-in that the environment names.
set -eu
umask 077
printf '{"admin": "%s"}' "${AIRFLOW_PASSWORD:?}" >"$AIRFLOW_HOME/passwords.json"
exec airflow api-server
