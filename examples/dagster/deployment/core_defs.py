"""Code location "core": an asset for each kind of partitions and of mappings, the S3 ingestion
job, and a job whose assets read parameters from a resource.

Nothing here is automated by Dagster: `auto` launches the runs.
"""
import time

import auto_dagster
import dagster as dg

FAIL_MARK = "fail"  # a partition key or file key holding this makes the asset fail

# A time window mapping needs one timezone on both sides, so all time windows share TZ.
TZ = "Europe/Berlin"
daily = dg.DailyPartitionsDefinition("2026-01-01", end_date="2035-12-31", timezone=TZ)
hourly = dg.HourlyPartitionsDefinition("2026-10-24-00:00", timezone=TZ)
regions = dg.StaticPartitionsDefinition(["eu", "us", "apac"])
countries = dg.StaticPartitionsDefinition(["de", "fr", "us", "jp"])
customers = dg.DynamicPartitionsDefinition(name="customers")
region_by_day = dg.MultiPartitionsDefinition({"date": daily, "region": regions})


def work(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Stands for real work. A tag of the run makes it fail, or takes time."""
    partitioned = context.has_partition_key or context.has_partition_key_range
    keys = context.partition_keys if partitioned else []
    if any(FAIL_MARK in text for text in [*keys, context.run.tags.get("sample/behaviour", "")]):
        raise dg.Failure(f"asked to fail, partitions {keys}")
    if sleep := context.run.tags.get("sample/sleep"):
        time.sleep(float(sleep))
    return dg.MaterializeResult(metadata={"run": context.run.run_id})


@dg.asset(code_version="1", group_name="core", kinds={"python", "s3"}, tags={"domain": "events"})
def raw_events(context):
    return work(context)


@dg.asset(partitions_def=daily, deps=[raw_events], code_version="v7", group_name="core")
def daily_orders(context):
    return work(context)


@dg.asset(partitions_def=hourly, deps=[raw_events], group_name="core")
def hourly_clicks(context):
    return work(context)


@dg.asset(  # time window -> time window, no offsets (hour -> day), and a -1 day lag on orders
    partitions_def=daily,
    group_name="core",
    backfill_policy=dg.BackfillPolicy.single_run(),
    deps=[
        dg.AssetDep(hourly_clicks),
        dg.AssetDep(
            daily_orders,
            partition_mapping=dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1),
        ),
    ],
)
def daily_clicks(context):
    return work(context)


@dg.asset(
    partitions_def=regions,
    deps=[dg.AssetDep(daily_orders, partition_mapping=dg.LastPartitionMapping())],
    group_name="geo",
)
def region_sales(context):
    return work(context)


@dg.asset(
    partitions_def=countries,
    deps=[
        dg.AssetDep(
            region_sales,
            partition_mapping=dg.StaticPartitionMapping(
                {"eu": ["de", "fr"], "us": "us", "apac": "jp"}
            ),
        )
    ],
    group_name="geo",
)
def country_sales(context):
    return work(context)


@dg.asset(partitions_def=customers, deps=[raw_events], group_name="core")
def customer_report(context):
    return work(context)


@dg.asset(partitions_def=region_by_day, deps=[daily_orders, region_sales], group_name="geo")
def region_day(context):
    return work(context)


@dg.asset(  # unpartitioned over partitioned, explicit "all"
    deps=[
        dg.AssetDep(daily_orders, partition_mapping=dg.AllPartitionMapping()),
        dg.AssetDep(region_day, partition_mapping=dg.AllPartitionMapping()),
    ],
    group_name="core",
)
def summary(context):
    return work(context)


@dg.multi_asset(  # can_subset is False: both or none in one run
    specs=[dg.AssetSpec("pair_left", deps=[raw_events]), dg.AssetSpec("pair_right")],
    group_name="pairs",
)
def pair(context):
    yield dg.MaterializeResult("pair_left")
    yield dg.MaterializeResult("pair_right")


@dg.asset_check(asset=daily_orders, blocking=False)
def orders_not_empty(context) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True, metadata={"rows": 1})


# --- one run for each S3 file: the base asset takes the file's key as config --------------


class FileConfig(dg.Config):
    file_key_to_process: str


@dg.asset(group_name="ingest", kinds={"s3"})
def move_actl_files_processed_inbound(context: dg.AssetExecutionContext, config: FileConfig):
    if FAIL_MARK in config.file_key_to_process:
        raise dg.Failure(config.file_key_to_process)
    return dg.MaterializeResult(metadata={"file_key": config.file_key_to_process})


@dg.asset(deps=[move_actl_files_processed_inbound], group_name="ingest")
def sales_data(context):
    return work(context)


@dg.asset(deps=[move_actl_files_processed_inbound], group_name="ingest")
def marketing_data(context):
    return work(context)


# --- params read from a resource ----------------------------------------------------------


class Params:
    def __init__(self, config: dict):
        self.config = config


@dg.resource(config_schema=dg.Permissive())
def params(context) -> Params:
    return Params(dict(context.resource_config))


PREFIX = "__nexus_ops__"


def param(context, asset: str, name: str, default=None):
    """Own value of one asset first, then the job-wide value of the same simple name."""
    values = context.resources.params.config
    return values.get(f"{PREFIX}{asset}__{name}", values.get(name, default))


@dg.asset(required_resource_keys={"params"}, group_name="params")
def params_extract(context: dg.AssetExecutionContext):
    return dg.MaterializeResult(
        metadata={
            "table": param(context, "params_extract", "table", ""),
            "country": param(context, "params_extract", "country", ""),
        }
    )


@dg.asset(required_resource_keys={"params"}, deps=[params_extract], group_name="params")
def params_report(context: dg.AssetExecutionContext):
    return dg.MaterializeResult(
        metadata={
            "format": param(context, "params_report", "format", "csv"),
            "country": param(context, "params_report", "country", ""),
        }
    )


defs = dg.Definitions(
    assets=[
        raw_events, daily_orders, hourly_clicks, daily_clicks, region_sales, country_sales,
        customer_report, region_day, summary, pair,
        move_actl_files_processed_inbound, sales_data, marketing_data,
        params_extract, params_report,
    ],
    asset_checks=[orders_not_empty],
    jobs=[
        dg.define_asset_job(
            "s3_ingestion", selection=dg.AssetSelection.groups("ingest"), tags={"team": "ingest"}
        ),
        dg.define_asset_job("params_job", selection=dg.AssetSelection.groups("params")),
    ],
    resources={"params": params},
    executor=dg.in_process_executor,  # a process for each step is not worth it here
)  # fmt: skip

# The line that `auto graph import dagster` asks for.
defs = auto_dagster.publish(defs)
