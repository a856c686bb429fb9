#!/usr/bin/env bash
# Brings a running stack to what is checked out without a failed request (docs/reference/containers.md, "Upgrade").
# COMPOSE_FILE and COMPOSE_PROJECT_NAME say which stack; PATIENCE: how many seconds a new container may take.
set -euo pipefail
cd "$(dirname "$0")/../.."
CODE_COMMIT=${CODE_COMMIT:-$(git rev-parse HEAD 2>/dev/null || true)}
export CODE_COMMIT
airflow=(airflow-api airflow-scheduler airflow-dag-processor airflow-triggerer)
others=(newsroom mlflow mail)
patience=${PATIENCE:-300}

say() { printf '[%4ss] %s\n' "$SECONDS" "$1"; }
refuse() {
  echo "upgrade: $1" >&2
  exit 5 # something did not answer
}

refuse_unhealthy() {
  local states service state
  states=$(docker compose ps --format '{{.Service}} {{.State}}{{if .Health}} {{.Health}}{{end}}')
  for service in db api gateway "${airflow[@]}" "${others[@]}"; do
    state=$(sed -n "s/^$service //p" <<<"$states" | sort -u | paste -sd ,)
    case $state in
      running | "running healthy") ;;
      *) refuse "$service is ${state:-not running}, and only a healthy stack can be upgraded; \`docker compose up --build --detach\` starts one" ;;
    esac
  done
}

replicas() { docker compose ps --all --format '{{.Name}}' api | sed /-api-run-/d | sort; }
number() { replicas | wc -l; }

# until_served_by NUMBER: until the gateway sends requests to so many replicas.
until_served_by() {
  local end=$((SECONDS + patience))
  until [ "$(docker compose exec -T gateway python -m frontpage.gateway.replicas)" = "$1" ]; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 1
  done
}

# start_one_more: a replica of the new image beside those that are there; it serves, or it is gone again.
start_one_more() {
  local before more
  before=$(replicas) more=$(($(number) + 1))
  docker compose up --no-deps --no-recreate --scale "api=$more" --wait --wait-timeout "$patience" api && until_served_by "$more" && return
  comm -13 <(echo "$before") <(replicas) | xargs --no-run-if-empty docker rm --force >/dev/null
  return 1
}

refuse_unhealthy
wanted=$(number)
[ "$(docker compose exec -T gateway python -m frontpage.gateway.replicas)" = "$wanted" ] ||
  refuse "not all $wanted replicas of the API can serve lists; \`docker compose up --build --detach\` upgrades a stack whose readers may notice"

say "images are built"
docker compose build

# Nothing may hold a table for long when it is changed; and lists are made by the new code once all replicas can read them.
say "Airflow stops, and the database is migrated"
trap 'docker compose start "${airflow[@]}"' EXIT # what was there goes on where anything fails
docker compose stop "${airflow[@]}"
docker compose run --rm --no-deps -T migrate || refuse "the migrations failed, and everything is as it was; their last line says why"

for old in $(replicas); do
  say "a new replica of the API beside $old"
  start_one_more || refuse "the new replica of the API did not serve within $patience seconds and is gone again, the old ones serve on"
  say "$old finishes what it was asked, and stops"
  docker stop "$old" >/dev/null
  docker rm "$old" >/dev/null
  until_served_by "$wanted" || refuse "the gateway does not send requests to $wanted replicas; look at \`docker compose ps\`"
done

say "Airflow and the others"
trap - EXIT
{
  docker compose up --no-deps --wait --wait-timeout "$patience" airflow-api "${others[@]}" &&
    docker compose up --no-deps --wait --wait-timeout "$patience" "${airflow[@]}"
} || refuse "the API is new, but Airflow is not healthy; look at \`docker compose ps\`"

layers() { docker image inspect --format '{{.RootFS.Layers}}' "$1"; }
running=$(docker inspect --format '{{.Image}}' "$(docker compose ps --quiet gateway)")
if [ "$(layers "$running")" != "$(layers frontpage-gateway)" ]; then
  say "the gateway has changed too, and stays the old one: \`docker compose up --no-deps --detach gateway\` refuses requests for a moment"
fi
say "done"
