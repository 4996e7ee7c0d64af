"""Measures how long Dagster 1.13.27 evaluates the ticks of a workload.

    python measure.py SCENARIO >> dagster.jsonl

SCENARIO is a file that Workload.WriteScenario wrote. Needs: pip install dagster==1.13.27.

What is timed is AutomationConditionEvaluator.evaluate() on an ephemeral instance: no run is
submitted, no cursor serialised, no evaluation stored. Each tick is evaluated up to three times
from the same cursor, for at most 30 seconds, and the least is taken. Seconds of the process's
CPU time are given beside those of the wall clock: the evaluator is one thread that never waits,
so they are equal where nothing else runs.

History is put there as a deployment that ran for long has it: one event per asset, and a
status cache that says of all partitions that they are materialized, so that Dagster does not
read millions of events within its first tick. New events are rows of the event log, in bulk.
"""

import dataclasses
import datetime as dt
import gc
import json
import logging
import os
import resource
import sys
import time
import warnings

import yaml

warnings.filterwarnings("ignore")

import dagster as dg  # noqa: E402
from dagster._core.definitions.asset_daemon_cursor import AssetDaemonCursor  # noqa: E402
from dagster._core.definitions.declarative_automation.automation_condition_evaluator import AutomationConditionEvaluator  # noqa: E402
from dagster._core.definitions.partitions.context import partition_loading_context  # noqa: E402
from dagster._core.events import DagsterEvent, DagsterEventType, StepMaterializationData  # noqa: E402
from dagster._core.events.log import EventLogEntry  # noqa: E402
from dagster._core.instance.utils import RUNLESS_JOB_NAME, RUNLESS_RUN_ID  # noqa: E402
from dagster._core.storage.partition_status_cache import AssetStatusCacheValue  # noqa: E402
from dagster._core.test_utils import freeze_time  # noqa: E402

logging.disable(logging.CRITICAL)


def condition(text):
    """The language of conditions is Dagster's own vocabulary without the class's name."""
    words = {n: getattr(dg.AutomationCondition, n) for n in dir(dg.AutomationCondition) if not n.startswith("_")}
    return eval(text, {"__builtins__": {}}, words)


def definition(spec):
    if spec["type"] == "static":
        return dg.StaticPartitionsDefinition(spec["keys"])
    kind = {"hourly": dg.HourlyPartitionsDefinition, "daily": dg.DailyPartitionsDefinition}[spec["type"]]
    return kind(start_date=dt.datetime.fromisoformat(spec["start"]), end_date=dt.datetime.fromisoformat(spec["end"]))


def nothing():
    pass


def assets(scenario):
    named = {name: definition(spec) for name, spec in scenario.get("partitions", {}).items()}
    for a in scenario["assets"]:
        yield dg.asset(
            name=a["key"], deps=a.get("deps"), partitions_def=named.get(a.get("partitions")),
            automation_condition=condition(a["condition"]) if "condition" in a else None,
        )(nothing)


class Measurement:
    def __init__(self, scenario):
        self.name = scenario["name"].removeprefix("bench/")
        self.graph = dg.Definitions(assets=list(assets(scenario))).resolve_asset_graph()
        self.keys = {k for k in self.graph.get_all_asset_keys() if self.graph.get(k).automation_condition}
        self.instance = dg.DagsterInstance.ephemeral()
        self.cursor = AssetDaemonCursor.empty()

    def apply(self, events, at):
        storage = self.instance.event_log_storage
        with storage.index_transaction() as connection:
            for e in events:
                key = dg.AssetKey(e["materialize"])
                whole = e.get("partitions") == "all"
                named = self.graph.get(key).partitions_def.get_partition_keys()[:1] if whole else e.get("partitions", [None])
                for partition in named:
                    entry = self.entry(key, partition, at)
                    number = connection.execute(storage.prepare_insert_event(entry)).inserted_primary_key[0]
                storage._store_asset_event(connection, entry, number)
        for e in events:
            if e.get("partitions") == "all":
                self.whole(dg.AssetKey(e["materialize"]))

    def entry(self, key, partition, at):
        what = StepMaterializationData(dg.AssetMaterialization(asset_key=key, partition=partition))
        event = DagsterEvent(event_type_value=DagsterEventType.ASSET_MATERIALIZATION.value, event_specific_data=what, job_name=RUNLESS_JOB_NAME)
        return EventLogEntry(user_message="", level=20, run_id=RUNLESS_RUN_ID, error_info=None, timestamp=at.timestamp() - 1, job_name=RUNLESS_JOB_NAME, dagster_event=event)

    def whole(self, key):
        """Has the status cache say that all partitions are materialized."""
        p = self.graph.get(key).partitions_def
        if not hasattr(self, "all"):
            self.all = p.empty_subset().with_partition_keys(p.get_partition_keys()).serialize()
        record = self.instance.get_asset_records([key])[0]
        none = p.empty_subset().serialize()
        self.instance.update_asset_cached_status_data(key, AssetStatusCacheValue(
            latest_storage_id=record.asset_entry.last_materialization_storage_id,
            partitions_def_id=p.get_serializable_unique_identifier(),
            serialized_materialized_partition_subset=self.all, serialized_failed_partition_subset=none,
            serialized_in_progress_partition_subset=none, earliest_in_progress_materialization_event_id=None))

    def evaluate(self, at):
        # a copy, so that nothing that an evaluation before has cached is used
        cursor = dataclasses.replace(self.cursor)
        evaluator = AutomationConditionEvaluator(
            asset_graph=self.graph, instance=self.instance, entity_keys=self.keys, evaluation_time=at, emit_backfills=False,
            cursor=cursor, evaluation_id=cursor.evaluation_id, logger=logging.getLogger("bench"))
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        results, requested = evaluator.evaluate()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        with partition_loading_context(effective_dt=at, dynamic_partitions_store=self.instance):
            after = cursor.with_updates(
                evaluation_timestamp=at.timestamp(), newly_observe_requested_asset_keys=[], evaluation_id=cursor.evaluation_id + 1,
                condition_cursors=[r.get_new_cursor() for r in results], asset_graph=self.graph)
        return wall, cpu, sum(r.true_subset.size for r in results), after

    def tick(self, at, events):
        with freeze_time(at):
            self.apply(events, at)
            samples = []
            while len(samples) < 3 and sum(s[0] for s in samples) < 30:
                samples.append(self.evaluate(at))
        self.cursor = samples[0][3]
        return {"wall_s": round(min(s[0] for s in samples), 4), "cpu_s": round(min(s[1] for s in samples), 4), "requested": samples[0][2]}


def main():
    with open(sys.argv[1]) as file:
        scenario = yaml.load(file, yaml.CSafeLoader)
    m = Measurement(scenario)
    out = {"workload": m.name, "ticks": {}}
    for name, tick in zip(["first", "idle", "busy", "settle"], scenario["ticks"]):
        out["ticks"][name] = m.tick(tick["at"], tick.get("events", []))
        print(m.name, name, out["ticks"][name], file=sys.stderr, flush=True)
    out["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(out), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
