"""The assets of both deployments. Only SIDE_SENSOR tells them apart: RUNNING lets Dagster's own
automation sensor drive them, STOPPED leaves them to `auto`, which has the same conditions as policies
(../policies/side.auto). No asset is ever executed: instant.py finishes the runs."""
import os

import auto_dagster
import dagster as dg
from dagster import AutomationCondition as C

daily = dg.DailyPartitionsDefinition("2026-01-01")
region = dg.StaticPartitionsDefinition(["eu", "us", "apac"])
customers = dg.DynamicPartitionsDefinition(name="customers")

on_cron = C.on_cron("*/10 * * * *")
custom = (
    C.in_latest_time_window()
    & C.any_deps_match(C.newly_updated()).since(C.newly_requested() | C.newly_updated())
    & ~C.in_progress()
    & ~C.execution_failed()
)


def asset(key, condition=None, deps=(), partitions=None):
    """An asset; its group is the first word of its key."""

    @dg.asset(
        name=key,
        group_name=key.split("_")[0],
        deps=list(deps),
        partitions_def=partitions,
        automation_condition=condition,
    )
    def made(context) -> None: ...

    return made


last = dg.LastPartitionMapping()

assets = [
    asset("raw"),
    asset("raw_two"),
    asset("raw_daily", partitions=daily),
    asset("raw_region", partitions=region),
    asset("raw_customer", partitions=customers),
    # eager
    asset("eager_one", C.eager(), ["raw"]),
    asset("eager_two", C.eager(), ["eager_one", "raw_two"]),
    asset("eager_daily", C.eager(), ["raw_daily"], daily),
    asset("eager_total", C.eager(), ["eager_daily"]),
    asset("eager_region", C.eager(), ["raw_region", "raw"], region),
    asset("eager_customer", C.eager(), ["raw_customer"], customers),
    asset("eager_last", C.eager(), [dg.AssetDep("raw_daily", partition_mapping=last)]),
    # on_cron
    asset("cron_one", on_cron, ["raw", "raw_two"]),
    asset("cron_daily", on_cron, ["raw_daily"], daily),
    asset("cron_region", on_cron, ["raw_region"], region),
    asset("cron_after", on_cron, ["cron_one"]),
    # on_missing
    asset("missing_one", C.on_missing(), ["raw_two"]),
    asset("missing_daily", C.on_missing(), ["raw_daily"], daily),
    asset("missing_region", C.on_missing(), ["raw_region"], region),
    asset("missing_customer", C.on_missing(), ["raw_customer"], customers),
    asset("missing_after", C.on_missing(), ["missing_customer"], customers),
    # custom
    asset("custom_one", custom, ["raw", "raw_two"]),
    asset("custom_daily", custom, ["raw_daily"], daily),
    asset("custom_customer", custom, ["raw_customer", "raw"], customers),
]

defs = auto_dagster.publish(
    dg.Definitions(
        assets=assets,
        sensors=[
            dg.AutomationConditionSensorDefinition(
                "side",
                target=dg.AssetSelection.all(),
                default_status=dg.DefaultSensorStatus[os.environ["SIDE_SENSOR"]],
                minimum_interval_seconds=30,
                emit_backfills=False,  # a run for each partition, as auto launches them
            )
        ],
    )
)
