"""The code location of the tests of pull mode."""

import dagster as dg

from auto_dagster.sensor import auto_sensor

daily = dg.DailyPartitionsDefinition("2026-01-01")
customers = dg.DynamicPartitionsDefinition(name="customers")


class File(dg.Config):
    file_key: str


@dg.asset
def plain() -> None: ...


@dg.asset
def filed(config: File) -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"file_key": config.file_key})


@dg.asset(partitions_def=daily)
def day() -> None: ...


@dg.asset(partitions_def=dg.MultiPartitionsDefinition({"customer": customers, "date": daily}))
def orders() -> None: ...


@dg.asset_check(asset=day)
def fresh() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


@dg.asset(automation_condition=dg.AutomationCondition.eager())
def driven() -> None: ...


days = dg.define_asset_job("days", selection=["day"], tags={"team": "days"})

defs = dg.Definitions(
    assets=[plain, filed, day, orders, driven],
    asset_checks=[fresh],
    executor=dg.in_process_executor,
    jobs=[days],
    sensors=[
        auto_sensor(
            dg.EnvVar("AUTO_URL"),
            token=dg.EnvVar("AUTO_TOKEN"),
            jobs=[days],
            minimum_interval_seconds=1,
            default_status=dg.DefaultSensorStatus.RUNNING,
        )
    ],
)
