"""Records the runs that Dagster 1.13.27 makes of what is requested.

    python record.py 400 | gzip -9n > runs.jsonl.gz

Needs: pip install dagster==1.13.27. The seed is fixed, so that two runs write the same.
All assets are in one repository.
"""

import datetime as dt
import json
import random
import sys
import warnings

warnings.filterwarnings("ignore")

import dagster as dg  # noqa: E402
from dagster._core.asset_graph_view.asset_graph_view import AssetGraphView, TemporalContext  # noqa: E402
from dagster._core.definitions.automation_tick_evaluation_context import build_run_requests  # noqa: E402
from dagster._core.definitions.partitions.context import partition_loading_context  # noqa: E402

AT = dt.datetime(2026, 1, 10, 0, 5, tzinfo=dt.timezone.utc)
DYNAMIC = {"customers": ["c3", "c1", "c2"]}  # by name, in order of addition
DEFINITIONS = [
    None, None,
    {"type": "static", "keys": ["a", "b", "c"]},
    {"type": "static", "keys": ["a", "b", "c"]},
    {"type": "static", "keys": ["b", "a"]},
    {"type": "daily", "start": "2025-12-20T00:00:00"},
    {"type": "daily", "start": "2026-01-05T00:00:00"},
    {"type": "dynamic", "name": "customers"},
    {"type": "multi", "dimensions": {"date": {"type": "daily", "start": "2026-01-06T00:00:00"}, "area": {"type": "static", "keys": ["x", "y"]}}},
]


def build(spec):
    if spec is None:
        return None
    if spec["type"] == "static":
        return dg.StaticPartitionsDefinition(spec["keys"])
    if spec["type"] == "daily":
        return dg.DailyPartitionsDefinition(start_date=dt.datetime.fromisoformat(spec["start"]))
    if spec["type"] == "dynamic":
        return dg.DynamicPartitionsDefinition(name=spec["name"])
    return dg.MultiPartitionsDefinition({name: build(d) for name, d in spec["dimensions"].items()})


def nothing():
    pass


def graph(rng):
    some = rng.sample(DEFINITIONS, 3)
    assets = []
    for i in range(rng.randrange(1, 7)):
        a = {"key": f"a{i}", "partitions": rng.choice(some), "checks": [], "external": rng.random() < 0.1}
        for name in rng.sample(["p", "q", "r"], rng.choice([0, 0, 1, 2, 3])):
            a["checks"].append({"name": name, "partitioned": a["partitions"] is not None and rng.random() < 0.5, "condition": rng.random() < 0.4})
        assets.append(a)
    return assets


def condition(entity):
    return dg.AutomationCondition.missing() if entity.get("condition") else None


def resolve(assets):
    out, checks = [], []
    for a in assets:
        definition = build(a["partitions"])
        spec = dg.AssetSpec(a["key"], partitions_def=definition)
        out.append(spec if a["external"] else dg.multi_asset(name="op_" + a["key"], specs=[spec])(nothing))
        for c in a["checks"]:
            s = dg.AssetCheckSpec(c["name"], asset=a["key"], automation_condition=condition(c), partitions_def=definition if c["partitioned"] else None)
            checks.append(dg.multi_asset_check(name=f"op_{a['key']}_{c['name']}", specs=[s])(nothing))
    return dg.Definitions(assets=out, asset_checks=checks).resolve_asset_graph()


def entity_key(text):
    asset, _, check = text.partition(":")
    return dg.AssetCheckKey(dg.AssetKey(asset), check) if check else dg.AssetKey(asset)


def text(key):
    return key.to_user_string() if isinstance(key, dg.AssetKey) else f"{key.asset_key.to_user_string()}:{key.name}"


def draw(rng, definition):
    """Some keys to request: few, most, or a stretch; for static ones also keys that are gone."""
    keys = [str(k) for k in definition.get_partition_keys()]
    shape = rng.random()
    if shape < 0.4:
        keys = rng.sample(keys, min(len(keys), rng.choice([1, 2])))
    elif shape < 0.7:
        keys = [k for k in keys if rng.random() < 0.9]
    if isinstance(definition, dg.StaticPartitionsDefinition) and rng.random() < 0.2:
        keys += rng.sample(["gone", "lost"], rng.choice([1, 2]))
    return keys


def record(rng):
    assets = graph(rng)
    instance = dg.DagsterInstance.ephemeral()
    for name, keys in DYNAMIC.items():
        instance.add_dynamic_partitions(name, keys)
    resolved = resolve(assets)
    view = AssetGraphView(temporal_context=TemporalContext(effective_dt=AT, last_event_id=None), instance=instance, asset_graph=resolved)
    requested, subsets = {}, []
    with partition_loading_context(effective_dt=AT, dynamic_partitions_store=instance):
        for name in [n for a in assets for n in (a["key"], *[f"{a['key']}:{c['name']}" for c in a["checks"]])]:
            if rng.random() < 0.4:
                continue
            key = entity_key(name)
            definition = resolved.get(key).partitions_def
            if definition is None:
                requested[name] = True
                subsets.append(view.get_full_subset(key=key))
                continue
            keys = draw(rng, definition)
            if keys:
                requested[name] = keys
                parsed = {definition.get_partition_key_from_str(k) for k in keys} if isinstance(definition, dg.MultiPartitionsDefinition) else set(keys)
                subsets.append(view.get_subset_from_partition_keys(key, definition, parsed))
        runs = [
            {"assets": sorted(text(k) for k in r.asset_selection or []), "checks": None if r.asset_check_keys is None else sorted(text(k) for k in r.asset_check_keys), "partition": r.partition_key and str(r.partition_key)}
            for r in build_run_requests(entity_subsets=subsets, asset_graph=resolved, run_tags={}, emit_backfills=False)
        ]
    instance.dispose()
    runs.sort(key=json.dumps)
    return {"at": AT.isoformat().replace("+00:00", "Z"), "assets": assets, "requested": requested, "runs": runs}


def main(count):
    rng = random.Random(1)
    for _ in range(count):
        print(json.dumps(record(rng)))


main(int(sys.argv[1]))
