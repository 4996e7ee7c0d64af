"""A second code location, with a sensor of its own."""

import dagster as dg

from auto_dagster.sensor import auto_sensor


@dg.asset
def kpi() -> None: ...


defs = dg.Definitions(
    assets=[kpi],
    executor=dg.in_process_executor,
    sensors=[auto_sensor(dg.EnvVar("AUTO_URL"), token=dg.EnvVar("AUTO_TOKEN"), minimum_interval_seconds=1, default_status=dg.DefaultSensorStatus.RUNNING)],
)
