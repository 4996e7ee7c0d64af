"""Lets a file be Dagster's clock: where SIDE_CLOCK names one, every process of the deployment reads
the time from it, in seconds since 1970. It takes the place that Dagster's freeze_time takes in tests."""
import datetime
import os
from pathlib import Path

if "SIDE_CLOCK" in os.environ:
    import dagster._time

    def now() -> float:
        return float(Path(os.environ["SIDE_CLOCK"]).read_text())

    dagster._time._mockable_get_current_timestamp = now
    dagster._time._mockable_get_current_datetime = lambda: datetime.datetime.fromtimestamp(
        now(), datetime.timezone.utc
    )
