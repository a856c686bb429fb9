"""How log lines reach the store: one schema, its index, retention, and the shippers' files."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
INDEX = "frontpage-logs"
_KEPT_DAYS = 30
#: Fields of the Elastic Common Schema that we write, and ours.
FIELDS = {
    "@timestamp": "date",
    "message": "text",
    "log.level": "keyword",
    "log.file.path": "keyword",
    "service.name": "keyword",
    "event.dataset": "keyword",
    "event.outcome": "keyword",
    "event.duration": "long",
    "http.request.id": "keyword",
    "http.request.method": "keyword",
    "http.response.status_code": "short",
    "http.response.body.bytes": "long",
    "url.path": "keyword",
    "trace.id": "keyword",
    "process.pid": "long",
    "frontpage.run_id": "keyword",
    "frontpage.verb": "keyword",
    "frontpage.execution_id": "keyword",
    "frontpage.caller_run": "keyword",
    "frontpage.outcome": "keyword",
    "frontpage.fallback": "keyword",
    "frontpage.surface": "keyword",
}
#: Below the home: the parts' own files, and those of Airflow's tasks.
LOG_FILES = ("logs/*.log", "airflow/logs/dag_id=*/run_id=*/task_id=*/*.log")


def index_template() -> Document:
    """For the Elasticsearch API; unknown members are kept with the line and not indexed."""
    mapping = {"dynamic": False, "properties": {name: {"type": kind} for name, kind in FIELDS.items()}}
    settings = {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "5s"}
    return {"index_patterns": [f"{INDEX}-*"], "template": {"settings": settings, "mappings": mapping}}


def retention() -> Document:
    """OpenSearch's state management: an index a day, deleted after thirty; a plugin that the tested core has not."""
    gone = {"name": "gone", "actions": [{"delete": {}}], "transitions": []}
    kept = {"name": "kept", "actions": [], "transitions": [
        {"state_name": "gone", "conditions": {"min_index_age": f"{_KEPT_DAYS}d"}}]}  # fmt: skip
    patterns = [{"index_patterns": [f"{INDEX}-*"], "priority": 1}]
    return {"policy": {"description": "log lines, by day", "default_state": "kept", "states": [kept, gone],
                       "ism_template": patterns}}  # fmt: skip


def filebeat(home: str = "/var/lib/frontpage", store: str = "http://127.0.0.1:9200") -> Document:
    """The same for Filebeat."""
    lines = {"ndjson": {"target": "", "overwrite_keys": True, "ignore_decoding_error": True}}
    paths = [f"{home}/{pattern}" for pattern in LOG_FILES]
    files = {"type": "filestream", "id": "frontpage", "paths": paths, "parsers": [lines]}
    return {
        "filebeat.inputs": [files],
        "queue.disk": {"max_size": "2GB"},
        "output.elasticsearch": {"hosts": [store], "index": f"{INDEX}-%{{+yyyy.MM.dd}}"},
        "setup.template.enabled": False,
        "setup.ilm.enabled": False,
    }


def rsyslog(
    home: str = "/var/lib/frontpage", host: str = "127.0.0.1", port: int = 9200, work: str = "/var/spool/rsyslog"
) -> str:
    """rsyslog: follows the files, keeps what the store does not take in a queue on disk, and tries again for ever."""
    inputs = "\n".join(
        f'input(type="imfile" file="{home}/{pattern}" tag="frontpage" addMetadata="on" ruleset="ship")'
        for pattern in LOG_FILES
    )
    return f"""global(workDirectory="{work}" maxMessageSize="64k")
module(load="imfile" mode="inotify")
module(load="mmjsonparse")
module(load="omelasticsearch")

template(name="index" type="string" string="{INDEX}-%$year%.%$month%.%$day%")
# A line that is JSON goes as it is; any other one becomes the message of a line of our schema.
template(name="json" type="string" string="%$!all-json%")
template(name="now" type="string" string="%timegenerated:::date-rfc3339%")

ruleset(name="ship") {{
    action(type="mmjsonparse" cookie="")
    if $parsesuccess != "OK" then {{
        set $!message = $msg;
    }}
    # Airflow's task logs have names of their own.
    if $!event != "" and not exists($!message) then {{
        set $!message = $!event;
        set $!@timestamp = $!timestamp;
    }}
    if not exists($!@timestamp) then {{
        set $.at = exec_template("now");
        set $!@timestamp = $.at;
    }}
    set $!log.file.path = $!metadata!filename;
    if $!frontpage.caller_run == "" then {{
        set $!frontpage.caller_run = re_extract($!metadata!filename, "run_id=([^/]*)", 0, 1, "");
    }}
    unset $!metadata;
    action(type="omelasticsearch" server="{host}" serverport="{port}" template="json" searchIndex="index"
           dynSearchIndex="on" searchType="" bulkmode="on" errorFile="{work}/refused.log"
           action.resumeRetryCount="-1" action.resumeInterval="2"
           queue.type="LinkedList" queue.filename="frontpage" queue.size="100000" queue.maxDiskSpace="2g"
           queue.saveOnShutdown="on" queue.dequeueBatchSize="500")
}}

{inputs}
"""
