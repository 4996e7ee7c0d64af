"""Holds a request against the definitions of a code location, and makes a RunRequest of it.

Dagster's daemon fails the whole tick of a sensor for one run that it cannot make, and accepts
in silence what then fails in the run. So each request is checked before.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import AbstractSet, Any, Optional

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType

ALL_ASSETS = "__ASSET_JOB"
"""The implicit job that every repository with assets has."""

_PARTITION = "dagster/partition"
_RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


class Refused(Exception):
    """A request that Dagster would not take, or not run as it is meant."""


class Elsewhere(Exception):
    """A request for assets that this sensor does not have."""


class Checker:
    """The definitions and the state that the requests of one tick are held against."""

    def __init__(
        self,
        context: dg.SensorEvaluationContext,
        target: dg.AssetSelection,
        jobs: Mapping[Optional[str], str],
    ):
        """Takes what the sensor may launch: assets by `target`, and the jobs' names in Dagster by
        the request's `job`, None for a request that has none."""
        if context.repository_def is None:
            raise dg.DagsterInvariantViolationError(
                "auto_sensor needs the repository that it is in."
            )
        self._context = context
        self._repository = context.repository_def
        self._graph = self._repository.asset_graph
        self._target = target
        self._jobs = jobs
        self._subsets: dict[Any, dg.JobDefinition] = {}

    def run_request(
        self, request: Mapping[str, Any]
    ) -> tuple[dg.RunRequest, list[dg.AddDynamicPartitionsRequest]]:
        """Gives the RunRequest for a request of auto, and the dynamic partitions that it needs.
        Raises Refused or Elsewhere, with a sentence for people."""
        keys = [dg.AssetKey.from_user_string(key) for key in request["selection"]]
        named = request.get("checks")
        checks = None if named is None else [_check_key(text) for text in named]
        if not keys and not checks:
            raise Refused("The request selects nothing. Dagster would run all assets of a job.")
        self._placed({*keys, *(check.asset_key for check in checks or [])})
        self._runnable(keys, checks or [])
        tags = self._partition_tags(keys, checks or [], request)
        job = self._subset(request.get("job"), keys, checks)
        config = request["run_config"]
        self._configured(job, config)
        try:
            run = dg.RunRequest(
                run_key=request["id"],
                run_config=config,
                tags={**tags, **request.get("tags", {})},
                job_name=None if len(self._jobs) == 1 else self._jobs[request.get("job")],
                asset_selection=keys,
                asset_check_keys=checks,
            )
        except dg.DagsterError as error:
            raise Refused(f"Dagster does not take the request: {_line(error)}") from error
        added = sorted(request.get("add_partitions", {}).items())
        return run, [dg.AddDynamicPartitionsRequest(name, keys) for name, keys in added]

    @cached_property
    def _keys(self) -> AbstractSet[dg.AssetKey]:
        """The assets that the sensor may launch; looked up only where something is offered."""
        return self._target.resolve(self._graph)

    def _placed(self, keys: AbstractSet[dg.AssetKey]) -> None:
        for key in sorted(keys):
            if not self._graph.has(key):
                raise Elsewhere(
                    f"The code location `{location(self._context)}` has no asset `{_text(key)}`."
                )
            if key not in self._keys:
                raise Elsewhere(
                    f"The sensor `{self._context.sensor_name}` of the code location "
                    f"`{location(self._context)}` does not target `{_text(key)}`."
                )

    def _runnable(self, keys: Sequence[dg.AssetKey], checks: Sequence[dg.AssetCheckKey]) -> None:
        for key in keys:
            if not self._graph.get(key).is_executable:
                raise Refused(
                    f"Dagster cannot run `{_text(key)}`: it is an external asset. "
                    "Remove it from the selection."
                )
            if key in self._driven:
                raise Refused(
                    f"Dagster's own sensor `{self._driven[key]}` is running and drives "
                    f"`{_text(key)}`, which would be launched twice. Stop that sensor in Dagster, "
                    f"or leave `{_text(key)}` to it and remove it from the policy."
                )
        for check in checks:
            if check not in self._graph.asset_check_keys:
                raise Refused(
                    f"Dagster has no check `{_text(check.asset_key)}:{check.name}`. Import the "
                    "graph again with `auto graph import dagster`, or deploy the check."
                )

    @cached_property
    def _driven(self) -> Mapping[dg.AssetKey, str]:
        """The assets that running sensors of Dagster launch by their conditions, with the sensor."""
        conditional = {
            key
            for key in self._graph.get_all_asset_keys()
            if self._graph.get(key).automation_condition is not None
        }
        driven: dict[dg.AssetKey, str] = {}
        for sensor in self._repository.sensor_defs if conditional else []:
            if isinstance(sensor, dg.AutomationConditionSensorDefinition) and self._running(sensor):
                for key in conditional & sensor.asset_selection.resolve(self._graph):
                    driven[key] = sensor.name
        return driven

    def _running(self, sensor: dg.SensorDefinition) -> bool:
        for state in self._states:
            if (
                state.instigator_name == sensor.name
                and state.repository_selector.repository_name == self._repository.name
                and state.repository_selector.location_name == location(self._context)
            ):
                return state.is_running
        return sensor.default_status == dg.DefaultSensorStatus.RUNNING

    @cached_property
    def _states(self) -> Sequence[Any]:
        return self._context.instance.all_instigator_state(instigator_type=InstigatorType.SENSOR)

    def _partition_tags(
        self,
        keys: Sequence[dg.AssetKey],
        checks: Sequence[dg.AssetCheckKey],
        request: Mapping[str, Any],
    ) -> Mapping[str, str]:
        """The tags of the run's partition. What has partitions gets one that it has."""
        partition, tags = request.get("partition"), request.get("tags", {})
        wanted = [partition] if partition else [tags[name] for name in _RANGE if name in tags]
        definitions = {
            key: self._graph.get(key).partitions_def
            for key in [*keys, *(check.asset_key for check in checks)]
        }
        found: dict[str, str] = {}
        for key, definition in definitions.items():
            if definition is None:
                continue
            if not wanted and key in keys:
                raise Refused(
                    f"`{_text(key)}` has partitions, and the run is for none: Dagster would write "
                    "it as if it had none. Give the run a `partition`."
                )
            for one in wanted:
                if not self._has(definition, one, request.get("add_partitions", {})):
                    raise Refused(f"`{_text(key)}` has no partition `{one}`.")
            if partition:
                found[_PARTITION] = partition
                for name, _, part in _dimensions(definition, partition):
                    found[f"{_PARTITION}/{name}"] = part
        if wanted and not any(definitions.values()):
            raise Refused(
                f"The run is for the partition `{wanted[0]}`, and nothing in it has partitions. "
                "Remove `partition`."
            )
        return found

    def _has(
        self, definition: dg.PartitionsDefinition, key: str, adds: Mapping[str, Sequence[str]]
    ) -> bool:
        """Whether a definition has a partition, or will have when keys were added."""
        if isinstance(definition, dg.MultiPartitionsDefinition):
            dimensions = _dimensions(definition, key)
            return bool(dimensions) and all(
                self._has(inner, part, adds) for _, inner, part in dimensions
            )
        if isinstance(definition, dg.DynamicPartitionsDefinition) and definition.name:
            return key in adds.get(
                definition.name, ()
            ) or self._context.instance.has_dynamic_partition(definition.name, key)
        try:
            return definition.has_partition_key(key)
        except (dg.DagsterError, ValueError):  # of an ill-formed key
            return False

    def _subset(
        self,
        job: Optional[str],
        keys: Sequence[dg.AssetKey],
        checks: Optional[Sequence[dg.AssetCheckKey]],
    ) -> dg.JobDefinition:
        """The job with what is selected of it, as the daemon would make it."""
        if job not in self._jobs:
            raise Refused(
                f"The sensor `{self._context.sensor_name}` does not launch the job `{job}`. "
                "Write it into `jobs` of `auto_sensor`, or take another `job`."
            )
        which = (job, frozenset(keys), None if checks is None else frozenset(checks))
        if which not in self._subsets:
            whole = self._repository.get_job(self._jobs[job])
            has = set(whole.asset_layer.executable_asset_keys)
            for key in keys:
                if key not in has:
                    raise Refused(
                        f"The job `{job or whole.name}` does not select `{_text(key)}`. "
                        "Add it to the job in Dagster, or take another `job`."
                    )
            try:
                self._subsets[which] = whole.get_subset(
                    asset_selection=set(keys),
                    asset_check_selection=None if checks is None else set(checks),
                )
            except Exception as error:  # Dagster's, of several kinds, or of the user's code
                raise Refused(f"Dagster does not take the selection: {_line(error)}") from error
        return self._subsets[which]

    def _configured(self, job: dg.JobDefinition, config: Mapping[str, Any]) -> None:
        ops = config.get("ops") or {}
        for op in ops:
            if op not in job.graph.node_dict:
                raise Refused(
                    f"The run config is for the op `{op}`, and no asset of the run has it: their "
                    f"ops are {_list(job.graph.node_dict)}. Correct `op` of the asset, or the config."
                )
        try:
            dg.validate_run_config(job, config)
        except dg.DagsterInvalidConfigError as error:
            raise Refused(
                "Dagster does not take the run config: "
                + " ".join(_line(one.message) for one in error.errors)
            ) from error
        except Exception as error:  # Dagster's, of several kinds, or of a user's config mapping
            raise Refused(f"Dagster does not take the run config: {_line(error)}") from error


def location(context: dg.SensorEvaluationContext) -> str:
    """The name of the code location that a sensor is in."""
    origin = context.code_location_origin
    return origin.location_name if origin else context.repository_name or ""


def _dimensions(
    definition: dg.PartitionsDefinition, key: str
) -> list[tuple[str, dg.PartitionsDefinition, str]]:
    """The name, definition and key of each dimension; none where there are not several, or the
    key is not one of so many."""
    parts = key.split("|")
    if not isinstance(definition, dg.MultiPartitionsDefinition) or len(parts) != len(
        definition.partitions_defs
    ):
        return []
    return [
        (dimension.name, dimension.partitions_def, part)
        for dimension, part in zip(definition.partitions_defs, parts)
    ]


def _check_key(text: str) -> dg.AssetCheckKey:
    asset, _, name = text.partition(":")
    return dg.AssetCheckKey(dg.AssetKey.from_user_string(asset), name)


def _text(key: dg.AssetKey) -> str:
    return key.to_user_string()


def _line(error: Any) -> str:
    """The first line of an error, as a sentence."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".:") + "."


def _list(names: Any) -> str:
    listed = sorted(names)
    more = f" and {len(listed) - 5} more" if len(listed) > 5 else ""
    return ", ".join(f"`{name}`" for name in listed[:5]) + more
