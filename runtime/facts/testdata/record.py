#!/usr/bin/env python3
"""Record what Dagster says about random histories, for the tests of this package.

    record.py ORACLE_DIR OUT --seed 1 --count 150      random histories (histories.jsonl.gz)
    record.py ORACLE_DIR OUT --scenarios DIR...        the histories of scenario files

ORACLE_DIR holds oracle.py of the conformance scenarios. Needs dagster==1.13.27.
OUT is gzipped JSON, one history a line: the assets, and per tick the events as this package
takes them and every fact of Dagster's AssetGraphView. A history that Dagster refuses ends there.
"""
import argparse, asyncio, datetime as dt, gzip, json, random, sys, warnings

warnings.filterwarnings("ignore")


def load(path):
    sys.path.insert(0, path)
    global oracle, dg
    import oracle
    dg = oracle.dg


def micros(t):
    return round(t.timestamp() * 1_000_000)


def recorder(scenario):
    """A world that also writes down the events."""
    from dagster._core.events import DagsterEventType as T

    class Recorder(oracle.World):
        def __init__(self, s):
            self.log = []
            self.now = None
            super().__init__(s)
            inst = self.instance
            runless, failed, canceled = inst.report_runless_asset_event, inst.report_run_failed, inst.report_run_canceled

            def report(fact):
                self.note(fact, "")
                return runless(fact)

            def fail(run):
                self.emit("status", run=run.run_id, status="failure")
                return failed(run)

            def cancel(run):
                self.emit("status", run=run.run_id, status="canceled")
                return canceled(run)

            inst.report_runless_asset_event, inst.report_run_failed, inst.report_run_canceled = report, fail, cancel

        def emit(self, kind, **fields):
            self.log.append({"event": kind, "at": micros(self.now), **{k: v for k, v in fields.items() if v not in (None, "", {}, [])}})

        def apply(self, event, at):
            self.now = at
            super().apply(event, at)

        def note(self, fact, run):
            from dagster._core.definitions.data_version import DATA_VERSION_TAG
            if isinstance(fact, (dg.AssetMaterialization, dg.AssetObservation)):
                kind = "materialized" if isinstance(fact, dg.AssetMaterialization) else "observed"
                p = str(fact.partition) if fact.partition else ""
                self.emit(kind, asset=oracle.key_text(fact.asset_key), partition=p, run=run, version=(fact.tags or {}).get(DATA_VERSION_TAG, ""))
            elif isinstance(fact, oracle.AssetCheckEvaluation):
                self.emit("checked", check=oracle.key_text(fact.asset_check_key), partition=str(fact.partition or ""), run=run, passed=bool(fact.passed))
            elif isinstance(fact, oracle.FreshnessStateChange):
                self.emit("freshness", asset=oracle.key_text(fact.key), state=fact.new_state.value.lower())
            else:
                raise ValueError(fact)

        def _report(self, event_type, data, run_id):
            if event_type == T.ASSET_MATERIALIZATION:
                self.note(data.materialization, run_id)
            elif event_type == T.ASSET_CHECK_EVALUATION:
                self.note(data, run_id)
            elif event_type == T.ASSET_MATERIALIZATION_PLANNED:
                self.emit("planned", asset=oracle.key_text(data.asset_key), partition=str(data.partition or ""), run=run_id)
            elif event_type == T.ASSET_CHECK_EVALUATION_PLANNED:
                keys = data.partitions_subset.get_partition_keys() if data.partitions_subset else [""]
                name = oracle.key_text(dg.AssetCheckKey(data.asset_key, data.check_name))
                for k in keys:
                    self.emit("checkplanned", check=name, partition=str(k), run=run_id)
            else:
                self.emit("status", run=run_id, status={T.RUN_SUCCESS: "success", T.RUN_START: "started", T.RUN_ENQUEUED: "queued"}[event_type])
            super()._report(event_type, data, run_id)

        def _start_run(self, name, assets, checks, partitions, tags, status, at):
            assets, checks = list(assets), list(checks)
            super()._start_run(name, assets, checks, partitions, tags, status, at)
            run = self.instance.get_run_by_id(self.run_id(name))
            tags = {k: v for k, v in run.tags.items() if not k.startswith(".")}
            self.emit("run", run=run.run_id, assets=assets, checks=checks, tags=tags)
            if status == oracle.DagsterRunStatus.SUCCESS:
                self.emit("status", run=run.run_id, status="success")

        def _on_wipe(self, event, at):
            self.emit("wiped", asset=event["wipe"])
            super()._on_wipe(event, at)
            # SQLite uses the ids of removed rows again; times of new rows go by id
            from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable as table
            with self.instance.event_log_storage.index_connection() as connection:
                ids = [row[0] for row in connection.execute(table.select().with_only_columns(table.c.id))]
            self._last_check_row = max([0, *ids])

        def _on_dynamic(self, event, at):
            self.emit("dynamic", name=event["dynamic"], add=event.get("add"), delete=event.get("delete"))
            super()._on_dynamic(event, at)

        def _on_backfill(self, event, at):
            super()._on_backfill(event, at)
            def expand(assets, parts):
                result = {}
                for key in assets:
                    wanted = parts.get(key) if isinstance(parts, dict) else parts
                    definition = self.partitions_def(key)
                    keys = [str(k) for k in self.expand(key, wanted, at)] if definition is not None else None
                    if isinstance(definition, dg.TimeWindowPartitionsDefinition):  # windows that do not exist yet are no targets
                        keys = [k for k in keys if k in self.all_keys(definition, at)]
                    result[key] = keys
                return result
            first = event["backfill"] not in getattr(self, "known", set())
            self.known = getattr(self, "known", set()) | {event["backfill"]}
            self.emit("backfill", id=event["backfill"], status=event.get("status", "started"),
                      targets=expand(event["assets"], event.get("partitions")) if first else None,
                      materialized=expand(event["materialized"], event["materialized"]) if "materialized" in event else None,
                      failed=expand(event["failed"], event["failed"]) if "failed" in event else None)

    return Recorder(scenario)


def view(world, at):
    from dagster._core.asset_graph_view.asset_graph_view import AssetGraphView, TemporalContext
    return AssetGraphView(
        temporal_context=TemporalContext(effective_dt=at, last_event_id=world.instance.event_log_storage.get_maximum_record_id()),
        instance=world.instance, asset_graph=world.graph)


TAGS = [[None, None], [["team"], None], [None, {"team": "red"}], [["team", "mode"], {"mode": "full"}]]


async def facts(world, at, befores):
    """Every fact about every entity. befores: earlier views, as (time, last event)."""
    from dagster._core.asset_graph_view.asset_graph_view import TemporalContext
    from dagster._core.definitions.declarative_automation.operands.run_operands import (
        AllNewUpdatesHaveRunTagsCondition, AnyNewUpdateHasRunTagsCondition, _run_tag_filter_fn)
    from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionResolvedStatus as S
    from dagster._core.definitions.freshness import FreshnessState
    v = view(world, at)
    graph = world.graph
    out = {}

    def value(subset):
        if not subset.is_partitioned:
            return True if not subset.is_empty else None
        keys = sorted(str(k) for k in subset.expensively_compute_partition_keys())
        return keys or None

    for key in [*graph.get_all_asset_keys(), *graph.asset_check_keys]:
        check = isinstance(key, dg.AssetCheckKey)
        full = v.get_full_subset(key=key)
        row = {}
        part = v._get_partitions_def(key) is not None
        row["missing"] = value(await v.compute_missing_subset(key=key, from_subset=full))
        row["in_progress"] = value(await v.compute_run_in_progress_subset(key=key, from_subset=full))
        row["failed"] = value(await v.compute_execution_failed_subset(key=key, from_subset=full))
        if not check:
            try:
                row["backfill"] = value(await v.compute_backfill_in_progress_subset(key=key, from_subset=full))
            except Exception:
                row["backfill"] = "error"
            for state in ("PASS", "WARN", "FAIL"):
                row["fresh_" + state.lower()] = value(await v.compute_subset_with_freshness_state(key, FreshnessState[state]))
            times = {}
            for ts, subset in v.compute_subsets_by_latest_materialization_timestamp(full).items():
                for k in (value(subset) or []) if part else [""]:
                    times[k] = round(ts * 1_000_000)
            row["times"] = times
        else:
            row["passed"] = value(await v.compute_subset_with_status(key, S.SUCCEEDED, full))
            row["check_failed"] = value(await v.compute_subset_with_status(key, S.FAILED, full))
        if not (check and part):
            for i, (keys, values) in enumerate(TAGS):
                row[f"executed_{i}"] = value(await v.compute_latest_run_matches_subset(full, lambda r: _run_tag_filter_fn(r, keys, values)))
            for root in [*graph.get_all_asset_keys(), *graph.asset_check_keys]:
                if root != key:
                    row["root_" + oracle.key_text(root)] = value(await v.compute_latest_run_matches_subset(
                        full, lambda r: root in ((r.dagster_run.asset_selection or set()) | (r.dagster_run.asset_check_selection or set()))))
        for n, (time, last) in enumerate(befores):
            ctx = TemporalContext(effective_dt=time, last_event_id=last)
            row[f"updated_{n}"] = value(await v.compute_updated_since_temporal_context_subset(key=key, temporal_context=ctx))
            if check:
                continue
            row[f"version_{n}"] = value(await v.compute_data_version_changed_since_temporal_context_subset(key=key, temporal_context=ctx))
            for i, (keys, values) in enumerate(TAGS):
                for name, cls in (("any", AnyNewUpdateHasRunTagsCondition), ("all", AllNewUpdatesHaveRunTagsCondition)):
                    class Context:
                        previous_temporal_context = ctx
                        asset_graph_view = v
                        max_storage_id = v.last_event_id
                        def get_empty_subset(self): return v.get_empty_subset(key=key)
                    Context.key = key
                    row[f"{name}_{n}_{i}"] = value(await cls(tag_keys=set(keys) if keys else None, tag_values=values).compute_subset(Context()))
        out[oracle.key_text(key)] = {k: x for k, x in row.items() if x is not None and x != {}}
    return out


def history(scenario):
    world = recorder(scenario)
    ticks, befores = [], []
    try:
        for tick in scenario["ticks"]:
            at = oracle.parse_time(tick["at"])
            world.log = []
            oracle.apply_events(world, tick)
            with oracle.freeze_time(at):
                with oracle.partition_loading_context(at, world.instance):
                    got = asyncio.run(facts(world, at, befores[-3:][::-1]))
            assets = json.loads(json.dumps(list(world.assets.values()), default=str))
            ticks.append({"at": micros(at), "assets": assets, "events": world.log, "facts": got})
            befores.append((at, world.instance.event_log_storage.get_maximum_record_id()))
    except Exception as e:
        print(scenario["name"], len(ticks), type(e).__name__, str(e)[:200], file=sys.stderr)
    finally:
        world.close()
    for n in range(len(ticks) - 1, 0, -1):
        if ticks[n]["assets"] == ticks[n - 1]["assets"]:
            del ticks[n]["assets"]
    parts = json.loads(json.dumps(scenario.get("partitions", {}), default=str))
    return {"name": scenario["name"], "partitions": parts, "ticks": ticks}


# Random histories -----------------------------------------------------------------------------

def random_scenario(seed):
    r = random.Random(seed)
    ab = {"type": "static", "keys": ["a", "b", "c"]}
    assets = [
        {"key": "U", "checks": [{"name": "c"}, {"name": "d"}]},
        {"key": "V"},
        {"key": "P", "partitions": "abc", "checks": [{"name": "u"}, {"name": "p", "partitioned": True}]},
        {"key": "T", "partitions": "daily", "freshness": True, "checks": [{"name": "p", "partitioned": True}]},
        {"key": "D", "partitions": "dyn"},
        {"key": "M", "partitions": "multi"},
        {"key": "E", "external": True, "freshness": True},
        {"key": "X", "external": True, "partitions": "abc"},
        {"key": "O", "observable": True},
        {"key": "Y", "observable": True, "partitions": "abc"},
    ]
    assets = r.sample(assets, r.randint(3, 6))
    keys = {"abc": ["a", "b", "c"], "daily": ["2026-01-01", "2026-01-02", "2026-01-03"], "dyn": ["k1", "k2", "k3"],
            "multi": ["a|x", "b|x", "a|y"]}
    named = {"abc": ab, "daily": {"type": "daily", "start": "2026-01-01"}, "dyn": {"type": "dynamic", "name": "dyn"},
             "multi": {"type": "multi", "dimensions": {"one": "abc", "two": {"type": "static", "keys": ["x", "y"]}}}}
    at = dt.datetime(2026, 1, 5, tzinfo=dt.timezone.utc)
    open_runs, count, ticks, backfills = [], 0, [], {}
    spread = r.random() < 0.3
    odd = r.random() < 0.3
    executed = [a for a in assets if not a.get("external") and not a.get("observable")]

    def part(a, many=False):
        p = a.get("partitions")
        if p is None:
            return {"partitions": ["a"]} if odd and r.random() < 0.1 else {}
        if odd and r.random() < 0.1:
            return {}
        pool = keys[p] + (["zz"] if odd and p in ("abc",) and r.random() < 0.3 else [])
        return {"partitions": r.sample(pool, r.randint(1, 2) if many else 1)}

    for n in range(r.randint(3, 8)):
        at += dt.timedelta(minutes=r.randint(1, 10))
        events = []
        if n == 0:
            if r.random() < 0.9:
                events.append({"dynamic": "dyn", "add": ["k1", "k2"]})
            if r.random() < 0.3:
                ticks.append({"at": oracle.format_time(at), "events": events})
                continue
        for _ in range(r.choice([0, 1, 2, 3, 5, 8])):
            a = r.choice(assets)
            kind = r.random()
            version = {"data_version": f"v{r.randint(1, 2)}"} if r.random() < 0.5 else {}
            if a.get("observable") and kind < 0.5:
                events.append({"observe": a["key"], **part(a, True), **version})
            elif kind < 0.35:
                events.append({"materialize": a["key"], **part(a, True), **version})
                if a in executed and r.random() < 0.6:
                    if open_runs and r.random() < 0.4:
                        events[-1]["run"] = r.choice(open_runs)
                    else:
                        count += 1
                        events[-1]["run"] = f"i{seed}_{count}"
            elif kind < 0.6 and executed:
                some = r.sample(executed, r.randint(1, min(3, len(executed))))
                groups = {}
                for x in some:
                    groups.setdefault(x.get("partitions"), []).append(x)
                g, members = r.choice(list(groups.items()))
                if g is not None and None in groups and r.random() < 0.5:
                    members = members + groups[None]
                count += 1
                run = {"run": f"r{seed}_{count}", "assets": [m["key"] for m in members], "status": r.choice(["started", "started", "queued"])}
                checks = [f"{m['key']}:{c['name']}" for m in members for c in m.get("checks", []) if not (c.get("partitioned") and m.get("partitions") == "daily")]
                if checks and r.random() < 0.7:
                    run["checks"] = r.sample(checks, r.randint(1, len(checks)))
                    if r.random() < 0.3:
                        run["assets"] = []
                if g is not None:
                    run["partition"] = r.choice(keys[g][:2])
                if r.random() < 0.6:
                    run["tags"] = r.choice([{"team": "red"}, {"team": "blue", "mode": "full"}, {"mode": "full"}])
                open_runs.append(run["run"])
                events.append(run)
            elif kind < 0.75 and open_runs:
                run = r.choice(open_runs)
                status = r.choice(["success", "failure", "failure", "canceled", "started"])
                if status != "started":
                    open_runs.remove(run)
                events.append({"run": run, "status": status})
            elif kind < 0.85:
                checks = [(m, c) for m in assets for c in m.get("checks", [])]
                if checks:
                    m, c = r.choice(checks)
                    e = {"check": f"{m['key']}:{c['name']}", "passed": r.random() < 0.6}
                    if c.get("partitioned"):
                        e["partitions"] = [r.choice(keys[m["partitions"]])]
                    if r.random() < 0.7:
                        if open_runs and r.random() < 0.6:
                            e["run"] = r.choice(open_runs)
                        else:
                            count += 1
                            e["run"] = f"i{seed}_{count}"
                    events.append(e)
            elif kind < 0.90:
                events.append({"wipe": a["key"]})
            elif kind < 0.94 and executed:
                x = r.choice(executed)
                if backfills and r.random() < 0.5:
                    b = r.choice(sorted(backfills))
                    x = backfills[b]
                    e = {"backfill": b, "status": r.choice(["started", "started", "canceling", "completed", "failed"])}
                    if r.random() < 0.6:
                        e[r.choice(["materialized", "failed"])] = {x["key"]: keys[x["partitions"]][:1] if x.get("partitions") else True}
                    events.append(e)
                else:
                    count += 1
                    b = f"b{seed}_{count}"
                    backfills[b] = x
                    events.append({"backfill": b, "assets": [x["key"]], **({"partitions": keys[x["partitions"]][:2]} if x.get("partitions") else {}), "status": "started"})
            elif kind < 0.97:
                events.append({"freshness": a["key"], "state": r.choice(["pass", "warn", "fail", "unknown"])})
            else:
                k = r.choice(["k1", "k2", "k3"])
                events.append(r.choice([{"dynamic": "dyn", "add": [k]}, {"dynamic": "dyn", "delete": [k]}]))
        moment = at - dt.timedelta(seconds=55)
        for e in events:
            if spread:
                e["at"] = oracle.format_time(at - dt.timedelta(seconds=r.randint(1, 200)))
            else:
                moment += dt.timedelta(seconds=r.choice([0, 1, 1, 2]))
                e["at"] = oracle.format_time(moment)
        ticks.append({"at": oracle.format_time(at), "events": events})
    return {"name": f"random/{seed}", "partitions": named, "assets": assets, "ticks": ticks}


def job(item):
    if not isinstance(item, int):
        s = oracle.load_scenario(item)
    else:
        s = random_scenario(item)
    # conditions play no part
    for a in s["assets"]:
        a.pop("condition", None)
        for c in a.get("checks", []):
            c.pop("condition", None)
    for t in s["ticks"]:
        t["events"] = [e for e in t.get("events") or [] if "condition" not in e]
        t.pop("expect", None)
    try:
        return json.dumps(history(s), separators=(",", ":"), sort_keys=True)
    except Exception as e:
        print(s["name"], type(e).__name__, str(e)[:200], file=sys.stderr)
        return None


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("oracle"), p.add_argument("out")
    p.add_argument("--seed", type=int, default=1), p.add_argument("--count", type=int, default=0)
    p.add_argument("--scenarios", nargs="*", default=[])
    o = p.parse_args()
    load(o.oracle)
    items = [*range(o.seed, o.seed + o.count), *oracle.scenario_files(o.scenarios)] if o.scenarios else list(range(o.seed, o.seed + o.count))
    with open(o.out, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as f:
        for line in map(job, items):
            if line:
                f.write(line.encode() + b"\n")


main()
