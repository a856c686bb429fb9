#!/bin/sh
# steps.sh VERB...: verbs of `frontpage` one after the other in a pod, all about one moment: AS_OF, or now.
# The kernel kills what needs more memory than the pod may use, without a word; the pod's last words then say it.
set -u
as_of=${AS_OF:-$(date -u +%Y-%m-%dT%H:%M:%SZ)}
killed=137 nothing_to_do=7

allowed_megabytes() {
  bytes=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes)
  echo $((bytes / 1048576))
}

for verb in "$@"; do
  frontpage "$verb" --as-of "$as_of"
  code=$?
  if [ "$code" = "$killed" ]; then
    echo "frontpage: $verb was killed: it needed more memory than the $(allowed_megabytes) MB that this pod may use;" \
      "raise resources.limits.memory of the task" >&2
  fi
  [ "$code" != "$nothing_to_do" ] || exit 0
  [ "$code" = 0 ] || exit "$code"
done
