"""Does to a deployment what a test asks for: a command a line of JSON on standard input, an answer a
line of JSON on standard output. Ticks are those of Dagster's own asset daemon, one by one."""
import json
import os
import sys
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

import dagster as dg
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._daemon.asset_daemon import AssetDaemon

import instant
from definitions import defs

BY_HAND = "side/by_hand"
HOME = Path(os.environ["DAGSTER_HOME"])


class Driver:
    def __init__(self, instance, stack):
        self.instance, self.stack = instance, stack
        self.graph = defs.resolve_asset_graph()
        self.daemon = AssetDaemon(settings={}, pre_sensor_interval_seconds=30)

    @cached_property
    def process(self):
        """What a daemon works with; it has a code server, which starts when a first tick needs it."""
        target = WorkspaceFileTarget([os.environ["SIDE_WORKSPACE"]])
        return self.stack.enter_context(WorkspaceProcessContext(self.instance, target))

    def partitioned(self, key) -> bool:
        return self.graph.get(key).is_partitioned

    def tick(self) -> dict:
        """One round of the asset daemon: gives the status of the sensor's tick, and its error."""
        self.daemon._run_iteration_impl(self.process, None, {}, {})
        with self.process.create_request_context() as workspace:
            sensor = workspace.get_code_location("side").get_repository("__repository__").get_sensor("side")
            ticks = self.instance.get_ticks(sensor.get_remote_origin_id(), sensor.selector_id, limit=1)
        data = ticks[0].tick_data
        error = data.error.message if data.error else ""
        return {"at": data.timestamp, "status": data.status.value, "error": error}

    def rules(self, **rules) -> None:
        """Names the assets whose runs fail, and those whose runs are held."""
        (HOME / "rules.json").write_text(json.dumps(rules))

    def happen(self, events) -> None:
        """Materializations and observations that no run made, dynamic partitions, and runs by hand."""
        for e in events:
            asset, partition = e["asset"], e.get("partition")
            if e["kind"] == "partition":
                self.instance.add_dynamic_partitions(asset, [partition])
            elif e["kind"] == "run":
                self.by_hand(asset.split("+"), partition)
            else:
                kind = {"materialization": dg.AssetMaterialization, "observation": dg.AssetObservation}[e["kind"]]
                self.instance.report_runless_asset_event(kind(asset, partition=partition))

    def by_hand(self, assets, partition) -> None:
        """A run of some assets that somebody launches."""
        keys = {dg.AssetKey(asset) for asset in assets}
        tags = {BY_HAND: "yes"} | ({"dagster/partition": partition} if partition else {})
        job = defs.resolve_implicit_global_asset_job_def()
        run = self.instance.create_run_for_job(job, asset_selection=keys, tags=tags)
        instant.start(self.instance, run, self.partitioned)

    def finish(self) -> int:
        """Ends the runs that are held, and those that wait in the queue; gives how many."""
        statuses = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.QUEUED]
        runs = self.instance.get_runs(dg.RunsFilter(statuses=statuses))
        for run in sorted(runs, key=lambda r: (sorted(r.asset_selection), r.tags.get("dagster/partition", ""))):
            if run.status == dg.DagsterRunStatus.QUEUED:
                instant.begin(self.instance, run)
            instant.finish(self.instance, run, self.partitioned)
        return len(runs)

    def latest(self, asset) -> dict:
        """The storage ids of the newest materialization of each partition of an asset; of the asset
        itself where it has none, under ""."""
        key = dg.AssetKey(asset)
        ids = self.instance.event_log_storage.get_latest_storage_id_by_partition(key, dg.DagsterEventType.ASSET_MATERIALIZATION)
        newest = self.instance.fetch_materializations(key, limit=1).records
        return dict(ids) or {"": newest[0].storage_id if newest else 0}

    def runs(self) -> list:
        """All runs that nobody launched by hand, the oldest first."""
        return [
            {"id": run.run_id, "status": run.status.value, "tags": run.tags, "made": self.made(run)}
            for run in reversed(self.instance.get_runs())
            if BY_HAND not in run.tags
        ]

    def made(self, run) -> list:
        partition = run.tags.get("dagster/partition", "")
        return [[k.to_user_string(), partition if self.partitioned(k) else ""] for k in sorted(run.asset_selection)]


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what code servers print is no answer
    with ExitStack() as stack:
        driver = Driver(stack.enter_context(dg.DagsterInstance.get()), stack)
        for line in sys.stdin:
            command = json.loads(line)
            answer = getattr(driver, command.pop("do"))(**command)
            print(json.dumps(answer), file=answers, flush=True)


main()
