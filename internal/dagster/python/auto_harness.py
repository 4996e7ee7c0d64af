"""A run launcher that forks a run from a process that has the definitions loaded.

Dagster's own starts a Python for each run, which takes seconds of a core to import Dagster; a
fork takes a fraction of one. All else about a run is the same: a process of its own, its
events, its status, its storage, and that it can be canceled.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run
from dagster._core.launcher import LaunchRunContext, RunLauncher
from dagster._core.origin import JobPythonOrigin
from dagster._serdes import (
    ConfigurableClass,
    ConfigurableClassData,
    deserialize_value,
    serialize_value,
)
from dagster._utils.hosted_user_process import recon_job_from_origin

PIDS = Path(os.environ["DAGSTER_HOME"], "pids")


class ForkRunLauncher(RunLauncher, ConfigurableClass):
    def __init__(self, inst_data: ConfigurableClassData | None = None):
        self._inst_data = inst_data
        self._lock = threading.Lock()
        self._forker: subprocess.Popen | None = None
        super().__init__()

    @property
    def inst_data(self):
        return self._inst_data

    @classmethod
    def config_type(cls):
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]):
        return cls(inst_data=inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        line = json.dumps([context.dagster_run.run_id, serialize_value(context.job_code_origin)])
        with self._lock:
            if self._forker is None:
                self._forker = subprocess.Popen(
                    [sys.executable, "-m", "auto_harness"], stdin=subprocess.PIPE, text=True
                )
            self._forker.stdin.write(line + "\n")
            self._forker.stdin.flush()

    def terminate(self, run_id: str) -> bool:
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished or not (PIDS / run_id).exists():
            return False
        self._instance.report_run_canceling(run)
        os.kill(int((PIDS / run_id).read_text()), signal.SIGINT)
        return True


def definition(origin: JobPythonOrigin, loaded: dict) -> dg.JobDefinition:
    """Loads a job once for each version of its file."""
    file = getattr(origin.repository_origin.code_pointer, "python_file", None)
    key = (origin.get_id(), os.stat(file).st_mtime_ns if file else 0)
    if key not in loaded:
        loaded[key] = recon_job_from_origin(origin).get_definition()
    return loaded[key]


def execute(run_id: str, job: dg.JobDefinition | None, problem: str) -> None:
    (PIDS / run_id).write_text(str(os.getpid()))
    with dg.DagsterInstance.get() as instance:
        run = instance.get_run_by_id(run_id)
        if job is None:
            instance.report_run_failed(run, problem)
        else:
            execute_run(InMemoryJob(job), run, instance)
    (PIDS / run_id).unlink()


def main() -> None:
    """Reads a run on each line, and forks it. Runs end with the process group."""
    PIDS.mkdir(exist_ok=True)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are not waited for
    loaded: dict = {}
    for line in sys.stdin:
        run_id, origin = json.loads(line)
        job, problem = None, ""
        try:
            job = definition(deserialize_value(origin, JobPythonOrigin), loaded)
        except Exception as error:
            problem = str(error)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                execute(run_id, job, problem)
            finally:
                os._exit(0)


if __name__ == "__main__":
    main()
