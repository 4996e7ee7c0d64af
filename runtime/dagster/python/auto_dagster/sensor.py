"""The sensor by which Dagster launches what auto decides: pull mode.

Beside auto's `launcher: {type: pull}`, a code location has

    import dagster as dg
    from auto_dagster.sensor import auto_sensor

    defs = dg.Definitions(
        assets=[...],
        sensors=[auto_sensor("http://auto:7777", token=dg.EnvVar("AUTO_TOKEN"))],
    )

Each tick asks auto for requests and yields a RunRequest for each, with the request's ID as
its run key. A request that has a run already is told to auto as done instead, so that each gets
one run whatever fails in between: auto, the daemon, or the code location. The sensor keeps no
cursor: what Dagster's runs say is all that counts.
"""

import os
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Union

import dagster as dg
from dagster._core.definitions.target import AutomationTarget

from auto_dagster._check import ALL_ASSETS, Checker, Elsewhere, Refused, location
from auto_dagster._http import Unanswered, post

REQUEST_TAG = "auto/request"
"""The tag of a run with the ID of its request."""

_SENSOR_TAG = "dagster/sensor_name"

# A tick has a minute (DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS); what is not looked at within this
# many seconds waits for the next one.
_BUDGET = 30.0

# How often a request may come without a run before it is taken for one that fails its tick.
_OFTEN = 3


def auto_sensor(
    url: Union[str, dg.EnvVar],
    *,
    token: Union[str, dg.EnvVar, None] = None,
    name: str = "auto",
    target: Any = None,
    jobs: Sequence[Union[dg.JobDefinition, Any]] = (),
    minimum_interval_seconds: int = 15,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.STOPPED,
    limit: int = 100,
    timeout: float = 10.0,
    description: Optional[str] = None,
) -> dg.SensorDefinition:
    """Gives the sensor that launches what auto decides. A code location has one; several code
    locations of one Dagster may each have theirs.

    Args:
        url: The address of auto's `http`, such as "http://auto:7777".
        token: One of auto's `http: {tokens: ...}`, or None where it has none.
        name: The sensor's name. Dagster's run keys hold within a name: change it only while auto
            owes nothing.
        target: The assets that may be launched, as for dagster's @sensor; all by default.
        jobs: Jobs that requests with a `job` of their name run in. Requests without one run in
            Dagster's implicit job of all assets.
        minimum_interval_seconds: How often auto is asked.
        default_status: Whether the sensor runs from the start.
        limit: How many runs a tick launches at most.
        timeout: How long a call of auto may take, in seconds.
        description: What Dagster's user interface shows about it.
    """
    selection = (
        dg.AssetSelection.all(include_sources=True)
        if target is None
        else dg.AssetSelection.from_coercible(target)
    )
    names: dict[Optional[str], str] = {None: ALL_ASSETS}
    targets: Mapping[str, Any] = {"asset_selection": selection}
    if jobs:
        names.update({job.name: job.name for job in jobs})
        targets = {"jobs": jobs}

    def evaluate(context: dg.SensorEvaluationContext) -> Union[dg.SensorResult, dg.SkipReason]:
        try:
            address, shown = _value(url), _value(token)
        except ValueError as error:
            return dg.SkipReason(str(error))
        tick = _Tick(context, Checker(context, selection, names), limit, minimum_interval_seconds)
        try:
            tick.run(
                lambda body: post(f"{(address or '').rstrip('/')}/v1/pull", shown, body, timeout)
            )
        except Unanswered as error:
            return dg.SkipReason(str(error))
        return tick.result()

    sensor = dg.SensorDefinition(
        name=name,
        evaluation_fn=evaluate,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        description=description or "Launches what auto decides.",
        **targets,
    )
    if jobs:
        # A sensor takes either jobs or a selection of assets. The implicit job, which
        # define_asset_job cannot make over assets of several partitions, is beside them by its name.
        sensor._targets = [*sensor.targets, AutomationTarget(resolvable_to_job=ALL_ASSETS)]
    return sensor


class _Tick:
    """One evaluation."""

    def __init__(
        self, context: dg.SensorEvaluationContext, checker: Checker, limit: int, every: int
    ):
        self._context = context
        self._checker = checker
        self._limit = limit
        self._every = every
        self._id = str(uuid.uuid4())
        self._ends = time.monotonic() + _BUDGET
        self._ready: dict[str, tuple[int, dg.RunRequest, list[dg.AddDynamicPartitionsRequest]]] = {}
        self._seen: set[str] = set()
        self._told: dict[str, str] = {}
        self._waiting = 0

    def run(self, ask: Any) -> None:
        """Asks auto until it offers nothing whose outcome is known."""
        done: list[str] = []
        refused: list[Mapping[str, Any]] = []
        while True:
            answer = ask(
                {
                    "sensor": self._who(),
                    "tick": self._id,
                    "limit": self._limit,
                    "done": done,
                    "refused": refused,
                }
            )
            self._waiting = answer["waiting"]
            done, refused = [], []
            for request in answer["requests"]:
                if request["id"] not in self._seen and time.monotonic() < self._ends:
                    self._seen.add(request["id"])
                    self._look(request, done, refused)
            if not done and not refused:
                return

    def _who(self) -> Mapping[str, Any]:
        return {
            "instance": _instance(self._context.instance),
            "location": location(self._context),
            "repository": self._context.repository_name,
            "name": self._context.sensor_name,
            "every": self._every,
        }

    def _look(
        self, request: Mapping[str, Any], done: list[str], refused: list[Mapping[str, Any]]
    ) -> None:
        """Decides what becomes of a request."""
        identity = request["id"]
        try:
            if self._has_run(identity):
                done.append(identity)
                return
            self._ready[identity] = (request["times"], *self._checker.run_request(request))
        except Refused as error:
            refused.append({"id": identity, "reason": str(error)})
        except Elsewhere as error:
            refused.append({"id": identity, "reason": str(error), "elsewhere": True})
        else:
            return
        self._told[identity] = refused[-1]["reason"]

    def _has_run(self, identity: str) -> bool:
        """Whether Dagster has the run of a request. One that was made and not started is started
        by the daemon when its own sensor yields it again."""
        for run in self._context.instance.get_runs(dg.RunsFilter(tags={REQUEST_TAG: identity})):
            if run.status != dg.DagsterRunStatus.NOT_STARTED:
                return True
            if run.tags.get(_SENSOR_TAG) != self._context.sensor_name:
                raise Refused(
                    f"The run {run.run_id} was made for it, not by this sensor, and never started. "
                    "Delete that run in Dagster, and retry the request."
                )
        return False

    def result(self) -> Union[dg.SensorResult, dg.SkipReason]:
        """What the tick yields. A run that the daemon cannot make ends its tick. So what came often
        without a run comes last, and one a tick of it: the others are made."""
        for identity, reason in self._told.items():
            self._context.log.warning("request %s: %s", identity, reason)
        good = [one for one in self._ready.values() if one[0] <= _OFTEN]
        bad = [one for one in self._ready.values() if one[0] > _OFTEN]
        if bad:
            good.append(bad[bad[0][0] % len(bad)])
        if not good:
            return dg.SkipReason(self._nothing())
        return dg.SensorResult(
            run_requests=[one[1] for one in good],
            dynamic_partitions_requests=_joined([add for one in good for add in one[2]]),
        )

    def _nothing(self) -> str:
        said = "Nothing is to be launched here."
        if self._waiting:
            said += f" {self._waiting} requests wait for another sensor, or for their assets to be there."
        if self._told:
            said += f" {len(self._told)} were not taken, such as: {next(iter(self._told.values()))}"
        return said


def _joined(adds: Sequence[dg.AddDynamicPartitionsRequest]) -> list[dg.AddDynamicPartitionsRequest]:
    keys: dict[str, dict[str, None]] = {}
    for add in adds:
        keys.setdefault(add.partitions_def_name, {}).update(dict.fromkeys(add.partition_keys))
    return [dg.AddDynamicPartitionsRequest(name, list(some)) for name, some in keys.items()]


def _instance(instance: dg.DagsterInstance) -> str:
    """What identifies a Dagster instance: the ID of its run storage, where it has one of its own,
    and the deployment in Dagster+, whose code has it in its environment."""
    identity = getattr(instance.run_storage, "get_run_storage_id", None)
    if identity is not None:
        return str(identity())
    return os.environ.get("DAGSTER_CLOUD_DEPLOYMENT_NAME") or type(instance).__name__


def _value(text: Union[str, dg.EnvVar, None]) -> Optional[str]:
    """A text, or that of an environment variable. Raises ValueError where it is not set."""
    if not isinstance(text, dg.EnvVar):
        return text
    value = text.get_value()
    if not value:
        raise ValueError(f"The environment variable {text.env_var_name} is not set.")
    return value
