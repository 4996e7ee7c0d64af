"""A run launcher whose runs are over at once, without a process: it writes what a run of the assets
would write. $DAGSTER_HOME/rules.json names the assets whose runs fail, and those whose runs stay
STARTED until finish() is called."""
import json
import os
from pathlib import Path

import dagster as dg
from dagster._core.events import DagsterEvent, DagsterEventType, StepMaterializationData
from dagster._core.launcher.base import RunLauncher
from dagster._serdes import ConfigurableClass


def rules() -> dict:
    path = Path(os.environ["DAGSTER_HOME"], "rules.json")
    return json.loads(path.read_text()) if path.exists() else {}


def report(instance, run, kind: DagsterEventType, data=None) -> None:
    event = DagsterEvent(kind.value, run.job_name, event_specific_data=data)
    instance.report_dagster_event(event, run_id=run.run_id)


def begin(instance, run) -> None:
    report(instance, run, DagsterEventType.RUN_START)


def finish(instance, run, partitioned) -> None:
    """Ends a run that has begun: with a materialization of each asset, or as a failure."""
    if {k.to_user_string() for k in run.asset_selection} & set(rules().get("fail", [])):
        instance.report_run_failed(run)
        return
    for key in sorted(run.asset_selection):
        partition = run.tags.get("dagster/partition") if partitioned(key) else None
        made = dg.AssetMaterialization(key, partition=partition)
        report(instance, run, DagsterEventType.ASSET_MATERIALIZATION, StepMaterializationData(made))
    report(instance, run, DagsterEventType.RUN_SUCCESS)


def start(instance, run, partitioned) -> None:
    """Begins a run, and ends it unless it is to be held."""
    begin(instance, run)
    if not {k.to_user_string() for k in run.asset_selection} & set(rules().get("hold", [])):
        finish(instance, run, partitioned)


class Instant(RunLauncher, ConfigurableClass):
    def __init__(self, inst_data=None):
        self._inst_data = inst_data
        super().__init__()

    @property
    def inst_data(self):
        return self._inst_data

    @classmethod
    def config_type(cls):
        return {}

    @classmethod
    def from_config_value(cls, inst_data, config_value):
        return cls(inst_data)

    def launch_run(self, context) -> None:
        run, graph = context.dagster_run, context.workspace.asset_graph
        start(self._instance, run, lambda key: graph.get(key).is_partitioned)

    def terminate(self, run_id) -> bool:
        return False
