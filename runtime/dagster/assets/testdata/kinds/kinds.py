"""Assets of every kind that an import meets, under a prefix: the locations `exact` (with
auto_dagster) and `plain` (without) hold the same ones."""
from datetime import datetime, timedelta

import dagster as dg

TZ = "Europe/Berlin"
WINDOWS = {
    "daily": dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-12-31", timezone=TZ),
    "daily_open": dg.DailyPartitionsDefinition("2026-01-01", timezone=TZ),
    "daily_offset": dg.DailyPartitionsDefinition("2026-01-01", hour_offset=6, minute_offset=30, timezone=TZ, end_offset=1),
    "daily_within": dg.TimeWindowPartitionsDefinition(start=datetime(2026, 1, 1, 13, 45), cron_schedule="0 0 * * *", fmt="%Y-%m-%d", timezone=TZ),
    "hourly": dg.HourlyPartitionsDefinition("2026-10-24-00:00", end_date="2026-10-27-00:00", minute_offset=15, timezone=TZ),
    "weekly": dg.WeeklyPartitionsDefinition("2026-01-01", day_offset=3, timezone=TZ),
    "monthly": dg.MonthlyPartitionsDefinition("2025-01-01", day_offset=31, timezone=TZ),
    "monthly_format": dg.MonthlyPartitionsDefinition("2025-01", fmt="%Y-%m"),
    "cron": dg.TimeWindowPartitionsDefinition(start="2026-01-01-00:00", end="2026-02-01-00:00", cron_schedule="*/15 6-8 * * 1-5", fmt="%Y-%m-%d-%H:%M", timezone=TZ),
}
STATIC = dg.StaticPartitionsDefinition(["eu", "us", "it's", 'a "b"', "2026-01-01", "no"])
COUNTRIES = dg.StaticPartitionsDefinition(["de", "fr", "us", "jp"])
DYNAMIC = dg.DynamicPartitionsDefinition(name="customers")
MULTI = dg.MultiPartitionsDefinition({"date": WINDOWS["daily"], "country": COUNTRIES})
MULTI_OFFSET = dg.MultiPartitionsDefinition({"date": WINDOWS["daily_offset"], "who": DYNAMIC})


def make(prefix: str) -> dg.Definitions:
    def key(name):
        return dg.AssetKey([prefix, *name.split("/")])

    def asset(name, partitions=None, **kw):
        deps = [dg.AssetDep(key(up), partition_mapping=m) for up, m in kw.pop("deps", {}).items()]

        @dg.asset(key=key(name), partitions_def=partitions, deps=deps, **kw)
        def made(context):
            return None

        return made

    T, D = dg.TimeWindowPartitionMapping, dg.DimensionPartitionMapping
    assets = [asset(name, definition) for name, definition in WINDOWS.items()]
    assets += [
        asset("static", STATIC), asset("countries", COUNTRIES), asset("dynamic", DYNAMIC), asset("multi", MULTI), asset("multi_offset", MULTI_OFFSET),
        asset("plain", code_version="1", group_name="sales", kinds={"s3", "python"}, tags={"tier": "gold", "odd": ""}, owners=["a@b.example", "team:sales"],
              description="Two lines,\nthe second: # odd.", freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=1))),
        asset("excluded", dg.DailyPartitionsDefinition("2026-01-01", exclusions=["0 0 * * 6"])),
        # mappings
        asset("m/default", WINDOWS["daily"], deps={"hourly": None, "plain": None}),
        asset("m/offsets", WINDOWS["daily"], deps={"daily": T(-1, -1), "weekly": T(allow_nonexistent_upstream_partitions=True)}),
        asset("m/self", WINDOWS["daily"], deps={"m/self": T(-1, -1)}),
        asset("m/last", COUNTRIES, deps={"daily": dg.LastPartitionMapping(), "countries": dg.IdentityPartitionMapping(), "static": dg.AllPartitionMapping()}),
        asset("m/unpartitioned", deps={"daily": None, "countries": dg.LastPartitionMapping(), "static": dg.SpecificPartitionsPartitionMapping(["eu", "it's"])}),
        asset("m/static", COUNTRIES, deps={"static": dg.StaticPartitionMapping({"eu": ["de", "fr"], "us": "us", "it's": {"jp"}})}),
        asset("m/single", WINDOWS["daily"], deps={"multi": None}),
        asset("m/single_named", COUNTRIES, deps={"multi": dg.MultiToSingleDimensionPartitionMapping("country")}),
        asset("m/multi", MULTI, deps={"multi": dg.MultiPartitionMapping({"date": D("date", T(-1, -1)), "country": D("country", dg.IdentityPartitionMapping())})}),
        # automation
        asset("auto/eager", automation_condition=dg.AutomationCondition.eager(), deps={"plain": None}),
    ]

    @dg.multi_asset(name=f"{prefix}_pair", specs=[dg.AssetSpec(key("pair/left"), deps=[key("plain")]), dg.AssetSpec(key("pair/right"))])
    def pair(context):
        return None

    @dg.multi_asset(name=f"{prefix}_parts", can_subset=True, specs=[dg.AssetSpec(key("parts/a"), skippable=True), dg.AssetSpec(key("parts/b"), skippable=True)],
                    check_specs=[dg.AssetCheckSpec("inside", asset=key("parts/a"), blocking=True)])
    def parts(context):
        return None

    @dg.op(name=f"{prefix}_x")
    def x():
        return 1

    @dg.op(name=f"{prefix}_y")
    def y():
        return 1

    @dg.graph_multi_asset(name=f"{prefix}_graph", outs={"one": dg.AssetOut(key=key("graph/one")), "two": dg.AssetOut(key=key("graph/two"))})
    def graph():
        return {"one": x(), "two": y()}

    @dg.job(name=f"{prefix}_ops")
    def ops():
        x()

    @dg.asset_check(asset=key("daily"), additional_deps=[key("plain")], automation_condition=dg.AutomationCondition.eager())
    def with_deps(context) -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    @dg.asset_check(asset=key("countries"), blocking=True, partitions_def=COUNTRIES)
    def by_country(context) -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    @dg.multi_observable_source_asset(name=f"{prefix}_observed", specs=[dg.AssetSpec(key("observed"))])
    def observed(context):
        yield dg.ObserveResult(asset_key=key("observed"))

    return dg.Definitions(
        assets=[*assets, pair, parts, graph, observed, dg.AssetSpec(key("external"), partitions_def=COUNTRIES), asset("downstream", deps={"nowhere": None})],
        asset_checks=[with_deps, by_country],
        jobs=[dg.define_asset_job(f"{prefix}_job", selection=dg.AssetSelection.groups("sales")), ops],
        executor=dg.in_process_executor,
    )
