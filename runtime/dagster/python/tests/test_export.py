"""The JSON is what Dagster itself would serialize, for every kind of definition it has."""

import datetime
import json
import unittest

import dagster as dg
from dagster._serdes import serialize_value

import auto_dagster
from auto_dagster import export

try:
    from dagster._core.definitions.partitions.snap import PartitionsSnap
except ImportError:  # its place before 1.11
    try:
        from dagster._core.definitions.partitions.partitions_snap import PartitionsSnap
    except ImportError:
        from dagster._core.remote_representation.external_data import PartitionsSnap

UTC = datetime.timezone.utc

PARTITIONS = [
    dg.DailyPartitionsDefinition("2026-01-01"),
    dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-12-31", timezone="Europe/Berlin"),
    dg.DailyPartitionsDefinition("2026-01-01", hour_offset=5, minute_offset=30, end_offset=2),
    dg.HourlyPartitionsDefinition("2026-10-24-00:00", timezone="Europe/Berlin"),
    dg.WeeklyPartitionsDefinition("2026-01-04", day_offset=3),
    dg.MonthlyPartitionsDefinition("202601", end_offset=1, fmt="%Y%m"),
    dg.TimeWindowPartitionsDefinition(start="2026-01-01", cron_schedule="*/15 8-18 * * 1-5", fmt="%Y-%m-%d"),
    dg.StaticPartitionsDefinition(["eu", "us", "apac"]),
    dg.DynamicPartitionsDefinition(name="customers"),
    dg.MultiPartitionsDefinition(
        {"date": dg.DailyPartitionsDefinition("2026-01-01"), "region": dg.StaticPartitionsDefinition(["eu"])}
    ),
]
try:
    PARTITIONS += [
        dg.DailyPartitionsDefinition(
            "2026-01-01", exclusions=["0 0 * * 0", datetime.datetime(2026, 1, 6, tzinfo=UTC)]
        )
    ]
except TypeError:
    pass  # this version has no exclusions

MAPPINGS = [
    dg.AllPartitionMapping(),
    dg.IdentityPartitionMapping(),
    dg.LastPartitionMapping(),
    dg.MultiToSingleDimensionPartitionMapping(),
    dg.MultiToSingleDimensionPartitionMapping("date"),
    dg.SpecificPartitionsPartitionMapping(["eu", "us"]),
    dg.StaticPartitionMapping({"eu": ["de", "fr"], "us": "us"}),
    dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1),
    dg.TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True),
    dg.MultiPartitionMapping(
        {
            "date": dg.DimensionPartitionMapping("day", dg.TimeWindowPartitionMapping(start_offset=-2)),
            "region": dg.DimensionPartitionMapping("region", dg.IdentityPartitionMapping()),
        }
    ),
]


def dagster_json(value):
    return json.loads(serialize_value(value))


def without_nulls(value):
    """Fields that are null may be there or not."""
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    return [without_nulls(v) for v in value] if isinstance(value, list) else value


class Custom(dg.TimeWindowPartitionMapping):
    pass


class Export(unittest.TestCase):
    maxDiff = None

    def test_partitions(self):
        for it in PARTITIONS:
            with self.subTest(it):
                want = dagster_json(PartitionsSnap.from_def(it))
                self.assertEqual(without_nulls(export.partitions(it)), without_nulls(want))

    def test_mappings(self):
        for it in MAPPINGS:
            with self.subTest(it):
                self.assertEqual(export.mapping(it), dagster_json(it))

    def test_every_mapping_of_dagster(self):
        """A new class in a later Dagster is noticed here."""
        public = {
            it
            for it in vars(dg).values()
            if isinstance(it, type) and issubclass(it, dg.PartitionMapping) and it is not dg.PartitionMapping
        }
        self.assertEqual({type(it) for it in MAPPINGS}, public)

    def test_unknown(self):
        self.assertEqual(export.mapping(Custom()), {"__class__": f"{__name__}.Custom"})

    def test_publish(self):
        daily = dg.DailyPartitionsDefinition("2026-01-01")

        @dg.asset(partitions_def=daily, code_version="3", metadata={"mine": 1})
        def up(): ...

        @dg.asset(partitions_def=daily, ins={"up": dg.AssetIn(partition_mapping=dg.LastPartitionMapping())})
        def by_input(up): ...

        @dg.multi_asset(specs=[dg.AssetSpec("left", deps=[up]), dg.AssetSpec(["a", "right"])])
        def pair(): ...

        before = dg.Definitions(assets=[up, by_input, pair, dg.AssetSpec("external")])
        after = auto_dagster.publish(before)
        graph = after.resolve_asset_graph() if hasattr(after, "resolve_asset_graph") else after.get_asset_graph()
        got = {key.to_user_string(): graph.get(key).metadata[auto_dagster.KEY].value for key in graph.get_all_asset_keys()}
        self.assertEqual(set(got), {"up", "by_input", "left", "a/right", "external"})
        self.assertEqual(got["up"]["code_version"], "3")
        self.assertEqual(got["up"]["partitions"], export.partitions(daily))
        self.assertEqual(got["by_input"]["deps"], {"up": {"__class__": "LastPartitionMapping"}})
        self.assertEqual(got["left"], {"code_version": None, "deps": {"up": None}})
        up_key = dg.AssetKey("up")
        self.assertEqual(graph.get(up_key).metadata["mine"], 1)

    def test_source_asset(self):
        """Old definitions that cannot be mapped stay as they are, and do not break the location."""
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = dg.SourceAsset("old")

        @dg.asset(deps=[source])
        def new(): ...

        auto_dagster.publish(dg.Definitions(assets=[source, new]))


if __name__ == "__main__":
    unittest.main()
