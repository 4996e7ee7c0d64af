"""Writes definitions.json and mappings.json: what Dagster serializes, how it describes the same
to people (which is all that GraphQL has of it), and which partitions there are at some instants.

    python record.py          with dagster 1.13.27
"""
import json
import warnings
from datetime import datetime, timezone

import dagster as dg
from dagster._core.definitions.partitions.context import partition_loading_context
from dagster._core.definitions.partitions.snap import PartitionsSnap
from dagster._serdes import serialize_value

warnings.simplefilter("ignore")

INSTANTS = [datetime(2026, 1, 1, 0, 30), datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 31, 12), datetime(2026, 10, 25, 0, 59), datetime(2026, 11, 1, 6, 15), datetime(2027, 2, 28, 23, 59, 59)]

S = dg.StaticPartitionsDefinition
daily = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-12-31", timezone="Europe/Berlin")
window = dg.TimeWindowPartitionsDefinition

DEFINITIONS = {
    "daily": dg.DailyPartitionsDefinition("2026-01-01"),
    "daily ended": daily,
    "daily offsets": dg.DailyPartitionsDefinition("2026-01-01", minute_offset=30, hour_offset=6, timezone="America/New_York", end_offset=1),
    "daily behind": dg.DailyPartitionsDefinition("2025-12-01", end_offset=-2),
    "daily format": dg.DailyPartitionsDefinition("2026/01/01", fmt="%Y/%m/%d"),
    "daily with hour": dg.DailyPartitionsDefinition("2026-01-01 00", fmt="%Y-%m-%d %H", hour_offset=4),
    "hourly": dg.HourlyPartitionsDefinition("2026-10-24-00:00", timezone="Europe/Berlin"),
    "hourly minute": dg.HourlyPartitionsDefinition("2026-10-24-00:00", minute_offset=15, end_offset=2),
    "hourly offset in keys": dg.HourlyPartitionsDefinition("2026-10-24-00:00+0200", fmt="%Y-%m-%d-%H:%M%z", timezone="Europe/Berlin"),
    "hourly from a time that comes twice": window(start=datetime(2026, 10, 25, 2, 0, fold=1), cron_schedule="0 * * * *", fmt="%Y-%m-%d-%H:%M", timezone="Europe/Berlin"),
    "weekly": dg.WeeklyPartitionsDefinition("2026-01-01"),
    "weekly offsets": dg.WeeklyPartitionsDefinition("2026-01-01", day_offset=3, hour_offset=1, minute_offset=5, timezone="Asia/Kolkata"),
    "monthly": dg.MonthlyPartitionsDefinition("2025-01-01"),
    "monthly offsets": dg.MonthlyPartitionsDefinition("2025-01-01", day_offset=31, hour_offset=23, timezone="Australia/Sydney", end_offset=1),
    "monthly format": dg.MonthlyPartitionsDefinition("2025-01", fmt="%Y-%m"),
    "cron": window(start="2026-01-01-00:00", cron_schedule="*/15 6-8 * * 1-5", fmt="%Y-%m-%d-%H:%M", timezone="Europe/Berlin"),
    "cron lists": window(start="2026-01-01", cron_schedule="0 0 1,15 * *", fmt="%Y-%m-%d", end="2026-06-01"),
    "cron as daily": window(start="2026-01-01", cron_schedule="0 0 * * *", fmt="%Y-%m-%d"),
    "cron weekday 7": window(start="2026-01-01", cron_schedule="0 0 * * 7", fmt="%Y-%m-%d"),
    "start within a day": window(start=datetime(2026, 1, 1, 13, 45, 30), cron_schedule="0 0 * * *", fmt="%Y-%m-%d", timezone="Europe/Berlin"),
    "start in a fraction": window(start=datetime(2026, 1, 1, 13, 45, 30, 250000), cron_schedule="0 0 * * *", fmt="%Y-%m-%d", timezone="Europe/Berlin"),
    "exclusions": dg.DailyPartitionsDefinition("2026-01-01", exclusions=["0 0 * * 6", datetime(2026, 2, 3)]),
    "static": S(["eu", "us", "apac"]),
    "static odd": S(["it's", 'a "b"', "2026-01-01", "yes", "null", " a ", "ä", "#x"]),
    "dynamic": dg.DynamicPartitionsDefinition(name="customers"),
    "multi": dg.MultiPartitionsDefinition({"date": daily, "region": S(["eu", "us"])}),
    "multi offsets": dg.MultiPartitionsDefinition({"day": dg.DailyPartitionsDefinition("2026-01-01", hour_offset=2), "who": dg.DynamicPartitionsDefinition(name="customers")}),
    "multi format": dg.MultiPartitionsDefinition({"m": dg.MonthlyPartitionsDefinition("2026-01", fmt="%Y-%m"), "w": S(["a"])}),
}

T = dg.TimeWindowPartitionMapping
D = dg.DimensionPartitionMapping
MAPPINGS = {
    "all": dg.AllPartitionMapping(),
    "last": dg.LastPartitionMapping(),
    "identity": dg.IdentityPartitionMapping(),
    "time window": T(),
    "time window offsets": T(start_offset=-7, end_offset=-1),
    "time window allows": T(start_offset=1, allow_nonexistent_upstream_partitions=True),
    "static": dg.StaticPartitionMapping({"eu": ["de", "fr"], "us": "us", "apac": {"jp", "au"}}),
    "static odd": dg.StaticPartitionMapping({"it's": ['a "b"', "it's"], "back\\slash": "tab\tend", "ä€": "\x7f\u200b"}),
    "specific": dg.SpecificPartitionsPartitionMapping(["a", "it's"]),
    "multi to single": dg.MultiToSingleDimensionPartitionMapping(),
    "multi to single named": dg.MultiToSingleDimensionPartitionMapping("date"),
    "multi": dg.MultiPartitionMapping({"date": D("day", T(start_offset=-1, end_offset=-1)), "region": D("area", dg.IdentityPartitionMapping())}),
    "multi of all": dg.MultiPartitionMapping({"a": D("a", dg.AllPartitionMapping()), "b": D("b", dg.LastPartitionMapping())}),
    "multi of static": dg.MultiPartitionMapping({"a": D("a", dg.StaticPartitionMapping({"x": "y"})), "b": D("b", dg.IdentityPartitionMapping())}),
    "multi of specific": dg.MultiPartitionMapping({"a": D("a", dg.SpecificPartitionsPartitionMapping(["x"])), "b": D("b", dg.IdentityPartitionMapping())}),
}


def keys(definition, at):
    with partition_loading_context(at, None):
        return definition.get_partition_keys(at)


def second(definition):
    """What partitionKeysByDimension(startIdx: 1, endIdx: 2) has: a key of windows, all others."""
    if isinstance(definition, dg.TimeWindowPartitionsDefinition):
        return list(definition.get_partition_keys_between_indexes(1, 2))
    return list(definition.get_partition_keys()) if isinstance(definition, S) else []


def dimensions(definition):
    if isinstance(definition, dg.MultiPartitionsDefinition):
        return [(d.name, d.partitions_def) for d in definition.partitions_defs]
    return [("default", definition)]


def kind(definition):
    return {dg.MultiPartitionsDefinition: "MULTIPARTITIONED", S: "STATIC", dg.DynamicPartitionsDefinition: "DYNAMIC"}.get(type(definition), "TIME_WINDOW")


def definition(name, d):
    out = {
        "name": name, "serdes": json.loads(serialize_value(PartitionsSnap.from_def(d))), "type": kind(d), "description": str(d), "fmt": getattr(d, "fmt", None),
        "dimensions": [
            {"name": n, "type": kind(p), "description": "" if p is d else str(p), "dynamic": p.name if isinstance(p, dg.DynamicPartitionsDefinition) else None, "keys": second(p)}
            for n, p in dimensions(d)
        ],
    }
    if kind(d) == "TIME_WINDOW":
        out["keys"] = {}
        for at in INSTANTS:
            there = keys(d, at.replace(tzinfo=timezone.utc))
            out["keys"][at.isoformat() + "Z"] = {"count": len(there), "ends": list(there[:2]) + list(there[-2:])}
    return out


if __name__ == "__main__":
    with open("definitions.json", "w") as f:
        json.dump([definition(name, d) for name, d in DEFINITIONS.items()], f, indent=1, ensure_ascii=False)
    with open("mappings.json", "w") as f:
        json.dump(
            [{"name": name, "serdes": json.loads(serialize_value(m)), "class": type(m).__name__, "description": m.description if hasattr(m, "description") else ""} for name, m in MAPPINGS.items()],
            f, indent=1, ensure_ascii=False)
