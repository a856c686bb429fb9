"""The panels of all dashboards: one list, drawn by Grafana and by our own page alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture. query: PromQL; legend: labels that tell its lines apart; unit: as Grafana names it."""

    title: str
    query: str
    legend: str = ""
    unit: str = "short"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One page; `name` is its address."""

    name: str
    title: str
    panels: tuple[Panel, ...]


_CHAMPION: Final = 'variant="champion"'

NEWSROOM = Dashboard("newsroom", "Newsroom", (
    Panel("Articles in 24 hours", "frontpage_articles_last_day"),
    Panel("Articles in an hour", "frontpage_articles_last_hour"),
    Panel("Reads in an hour", "frontpage_reads_last_hour"),
    Panel("Age of the newest article", "time() - frontpage_article_newest_timestamp_seconds", "", "s"),
    Panel("Since a source was asked", "time() - frontpage_source_answered_timestamp_seconds", "source", "s"),
    Panel("Since a source brought anything", "time() - frontpage_source_loaded_timestamp_seconds", "source", "s"),
    Panel("New rows of a source in 24 hours", "frontpage_source_rows_last_day", "source"),
    Panel("In quarantine, by reason", "sum by (reason) (frontpage_quarantined_rows_last_day) or vector(0)", "reason"),
    Panel("Publication to first list, median", "frontpage_publication_to_list_median_seconds", "", "s"),
    Panel("Publication to first list, 95 %", "frontpage_publication_to_list_p95_seconds", "", "s"),
    Panel("Checks that fail", "count by (boundary) (frontpage_expectation_passed == 0) or vector(0)", "boundary"),
))  # fmt: skip
AUDIENCE = Dashboard("audience", "Audience", (
    Panel("Reading time per reader, by region", "sum by (region) (frontpage_day_readers * "
          "frontpage_day_reading_seconds_per_reader) / sum by (region) (frontpage_day_readers)", "region", "s"),
    Panel("Reading time per reader, by variant", "sum by (variant) (frontpage_day_readers * "
          "frontpage_day_reading_seconds_per_reader) / sum by (variant) (frontpage_day_readers)", "variant", "s"),
    Panel("Pilot against control, reading time", "frontpage_pilot_reading_seconds_per_reader or vector(0)", "arm", "s"),
    Panel("Readers of the newest day", "sum by (region) (frontpage_day_readers)", "region"),
    Panel("Share of reads that were recommended", "avg by (variant) (frontpage_day_recommended_read_ratio)", "variant",
          "percentunit"),
    Panel("Share of readers who came back", "avg by (region) (frontpage_day_returning_reader_ratio)", "region",
          "percentunit"),
))  # fmt: skip
MODEL = Dashboard("model", "Model", (
    Panel("nDCG@10 of served lists", "avg by (variant) (frontpage_served_ndcg_at_10) or vector(0)", "variant"),
    Panel("Share of lists read from", "avg by (variant) (frontpage_served_read_ratio) or vector(0)", "variant",
          "percentunit"),
    Panel("Drift that is confirmed", "sum by (series) (frontpage_drift_confirmed_findings) or vector(0)", "series"),
    Panel("Age of the champion", 'time() - frontpage_model_as_of_timestamp_seconds{stage="champion"} or vector(0)', "",
          "s"),
    Panel("Versions by stage", "frontpage_model_versions or vector(0)", "stage"),
    Panel("Trainings that failed in two days", "frontpage_training_failures_last_two_days"),
    Panel("Training under way", "frontpage_training_running_seconds", "", "s"),
    Panel("Different articles in lists (1 reader in 50)", f"frontpage_list_articles_sampled{{{_CHAMPION}}}"),
    Panel("Largest publisher's share", f"frontpage_list_top_publisher_share_ratio{{{_CHAMPION}}}", "", "percentunit"),
    Panel("Overlap with the lists before", "frontpage_list_overlap_ratio or vector(0)", "variant", "percentunit"),
))  # fmt: skip
DELIVERY = Dashboard("delivery", "Delivery", (
    Panel("Requests per second, by outcome", "sum by (outcome) (rate(frontpage_requests_total[5m]))", "outcome",
          "reqps"),
    Panel("Time to the top 5 and top 10, 99 %", "histogram_quantile(0.99, sum by (items, le) "
          "(rate(frontpage_list_seconds_bucket[5m])))", "items", "s"),
    Panel("Bytes of a list", "sum by (items) (rate(frontpage_list_bytes_total[5m])) / "
          "sum by (items) (rate(frontpage_list_seconds_count[5m]))", "items", "bytes"),
    Panel("Lists per second, by fallback", "sum by (fallback) (rate(frontpage_lists_served_total[5m]))", "fallback",
          "reqps"),
    Panel("Age of served lists", "time() - frontpage_list_as_of_timestamp_seconds", "variant", "s"),
    Panel("Readers with a list", "frontpage_list_readers", "variant"),
    Panel("Budget of errors that is left", "frontpage:level_budget_left:ratio", "level", "percentunit"),
    Panel("Share of bad, one hour", "frontpage:level_bad:ratio_rate1h", "level", "percentunit"),
    Panel("Mails of 24 hours, by state", "frontpage_digest_deliveries_last_day or vector(0)", "state"),
    Panel("Oldest edition under way", "frontpage_digest_oldest_sending_seconds", "", "s"),
    Panel("Connections of the API in use", "frontpage_pool_connections_used"),
))  # fmt: skip
PIPELINE = Dashboard("pipeline", "Pipeline", (
    Panel("Since a step ended well", "time() - frontpage_step_success_timestamp_seconds", "verb", "s"),
    Panel("Failures in 24 hours", "frontpage_step_failures_last_day", "verb"),
    Panel("Duration of the newest execution", "frontpage_step_duration_seconds", "verb", "s"),
    Panel("Processor time", "frontpage_step_cpu_seconds", "verb", "s"),
    Panel("Peak memory", "frontpage_step_peak_memory_bytes", "verb", "bytes"),
    Panel("Bytes written", "frontpage_step_written_bytes", "verb", "bytes"),
    Panel("Rows per second", "frontpage_step_rows_per_second", "verb"),
    Panel("Runs of workflows in 24 hours", "frontpage_airflow_dag_runs_last_day", "dag state"),
    Panel("Airflow's tasks", "frontpage_airflow_tasks", "state"),
    Panel("Airflow's signs of life", "time() - frontpage_airflow_heartbeat_timestamp_seconds", "job", "s"),
    Panel("Busy share of Airflow's scheduler (where it tells)",
          "rate(frontpage_airflow_scheduler_loop_seconds_total[5m]) or vector(0)", "", "percentunit"),
    Panel("Tasks queued by Airflow's executor (where it tells)",
          "frontpage_airflow_executor_queued_tasks or vector(0)"),
    Panel("Cost of this month", "frontpage_cost_month"),
    Panel("Processor by part", "rate(frontpage_process_cpu_seconds_total[5m])", "part"),
    Panel("Memory by part", "frontpage_process_memory_bytes", "part", "bytes"),
    Panel("Bytes written by part", "rate(frontpage_process_written_bytes_total[5m])", "part", "Bps"),
    Panel("Free disk", "frontpage_disk_free_bytes", "", "bytes"),
))  # fmt: skip
POSTGRESQL = Dashboard("postgresql", "PostgreSQL", (
    Panel("Size", "frontpage_database_size_bytes", "", "bytes"),
    Panel("Connections", "frontpage_database_connections"),
    Panel("Oldest transaction", "frontpage_database_oldest_transaction_seconds", "", "s"),
    Panel("Share found in memory", "frontpage_database_cache_hit_ratio", "", "percentunit"),
    Panel("Runs that are kept", "frontpage_database_list_partitions"),
    Panel("Largest tables", "topk(8, frontpage_database_table_bytes)", "table", "bytes"),
    Panel("Dead rows", "topk(8, frontpage_database_dead_rows)", "table"),
    Panel("Time of the exporter's questions", "frontpage_exporter_query_seconds", "query", "s"),
))  # fmt: skip
DASHBOARDS: Final = (NEWSROOM, AUDIENCE, MODEL, DELIVERY, PIPELINE, POSTGRESQL)
