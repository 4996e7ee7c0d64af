"""Publishes what Dagster's GraphQL loses of a definition.

GraphQL gives no cron schedule, end or exclusions of time windows, and shows
LastPartitionMapping, AllPartitionMapping and IdentityPartitionMapping as no mapping at all.
`publish` puts the exact definitions into the metadata of each asset, where `auto` reads them:

    defs = auto_dagster.publish(dg.Definitions(assets=[...]))

The JSON has the form in which Dagster itself serializes definitions, made of public
attributes only. What is not one of Dagster's own classes has just its class name, and
`auto graph import dagster` says so.
"""

from __future__ import annotations

import datetime
import inspect
from collections.abc import Iterable, Mapping
from typing import Any, Union

import dagster as dg

KEY = "auto/definition"
"""The label of the metadata entry."""

JSON = Union[None, bool, int, float, str, list[Any], dict[str, Any]]


def publish(defs: dg.Definitions) -> dg.Definitions:
    """Gives the same definitions, each asset with its exact definition as metadata.

    Definitions that are made lazily, as by `@dg.definitions` and `dg.load_from_defs_folder`,
    are published in the function that makes them.

    Args:
        defs: What the code location defines. It is not changed.

    Returns:
        The definitions to load instead.

    Raises:
        TypeError: If Dagster is older than 1.10.
    """
    if not hasattr(dg, "map_asset_specs"):
        raise TypeError(f"auto_dagster needs Dagster 1.10 or newer, this is {dg.__version__}")
    arguments = {name: getattr(defs, name) for name in inspect.signature(dg.Definitions).parameters}
    arguments["assets"] = [_published(it) for it in defs.assets or ()]
    return dg.Definitions(**arguments)


def _published(asset: Any) -> Any:
    """Gives an asset with its definition; a SourceAsset and the like have no place for it."""
    if not isinstance(asset, (dg.AssetsDefinition, dg.AssetSpec)):
        return asset
    return next(iter(dg.map_asset_specs(_with_definition, [asset])))


def _with_definition(spec: dg.AssetSpec) -> dg.AssetSpec:
    return spec.merge_attributes(metadata={KEY: dg.JsonMetadataValue(definition(spec))})


def definition(spec: dg.AssetSpec) -> dict[str, JSON]:
    """Gives what is published of one asset.

    Args:
        spec: The asset.

    Returns:
        `code_version`; `partitions`, where there are any; `deps`, with the mapping of each
        dependency by its key, or null where Dagster infers it.
    """
    out: dict[str, JSON] = {"code_version": spec.code_version}
    if spec.partitions_def is not None:
        out["partitions"] = partitions(spec.partitions_def)
    out["deps"] = {
        dep.asset_key.to_user_string(): mapping(dep.partition_mapping) for dep in spec.deps
    }
    return out


def partitions(it: dg.PartitionsDefinition) -> JSON:
    """Gives a partitions definition as Dagster serializes it."""
    if isinstance(it, dg.TimeWindowPartitionsDefinition):
        return _windows(it)
    if isinstance(it, dg.MultiPartitionsDefinition):
        return {
            "__class__": "ExternalMultiPartitionsDefinitionData",
            "external_partition_dimension_definitions": [
                {
                    "__class__": "ExternalPartitionDimensionDefinition",
                    "name": dimension.name,
                    "external_partitions_def_data": partitions(dimension.partitions_def),
                }
                for dimension in it.partitions_defs
            ],
        }
    if isinstance(it, dg.DynamicPartitionsDefinition) and it.name is not None:
        return {"__class__": "ExternalDynamicPartitionsDefinitionData", "name": it.name}
    if isinstance(it, dg.StaticPartitionsDefinition):
        return {
            "__class__": "ExternalStaticPartitionsDefinitionData",
            "partition_keys": list(it.get_partition_keys()),
        }
    return _unknown(it)


def _windows(it: dg.TimeWindowPartitionsDefinition) -> JSON:
    exclusions = getattr(it, "exclusions", None)  # not in every version
    return {
        "__class__": "ExternalTimeWindowPartitionsDefinitionData",
        "cron_schedule": it.cron_schedule,
        "start": it.start.timestamp(),
        "end": it.end.timestamp() if it.end else None,
        "timezone": it.timezone,
        "fmt": it.fmt,
        "end_offset": it.end_offset,
        "exclusions": [_exclusion(e) for e in exclusions] if exclusions else None,
    }


def _exclusion(it: Any) -> JSON:
    """An exclusion is a cron schedule or an instant; the class of instants is not public."""
    if isinstance(it, str):
        return it
    if isinstance(it, datetime.datetime):
        return {
            "__class__": "TimestampWithTimezone",
            "timestamp": it.timestamp(),
            "timezone": str(it.tzinfo or "UTC"),
        }
    return {
        "__class__": "TimestampWithTimezone",
        "timestamp": it.timestamp,
        "timezone": it.timezone,
    }


_FIELDS: Mapping[type, tuple[str, ...]] = {
    dg.AllPartitionMapping: (),
    dg.IdentityPartitionMapping: (),
    dg.LastPartitionMapping: (),
    dg.MultiToSingleDimensionPartitionMapping: ("partition_dimension_name",),
    dg.SpecificPartitionsPartitionMapping: ("partition_keys",),
    dg.StaticPartitionMapping: ("downstream_partition_keys_by_upstream_partition_key",),
    dg.TimeWindowPartitionMapping: (
        "start_offset",
        "end_offset",
        "allow_nonexistent_upstream_partitions",
    ),
}
"""The mappings of Dagster that have no mapping inside, with their fields."""


def mapping(it: dg.PartitionMapping | None) -> JSON:
    """Gives a partition mapping as Dagster serializes it, null for none."""
    if it is None:
        return None
    if isinstance(it, dg.MultiPartitionMapping):
        return {
            "__class__": "MultiPartitionMapping",
            "downstream_mappings_by_upstream_dimension": {
                upstream: {
                    "__class__": "DimensionPartitionMapping",
                    "dimension_name": downstream.dimension_name,
                    "partition_mapping": mapping(downstream.partition_mapping),
                }
                for upstream, downstream in it.downstream_mappings_by_upstream_dimension.items()
            },
        }
    if type(it) not in _FIELDS:
        return _unknown(it)
    return {
        "__class__": type(it).__name__,
        **{field: _plain(getattr(it, field)) for field in _FIELDS[type(it)]},
    }


def _plain(value: Any) -> JSON:
    """Makes lists of the collections in a field; those without an order are sorted."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Iterable):
        return [_plain(inner) for inner in value]
    return str(value)


def _unknown(it: object) -> JSON:
    return {"__class__": f"{type(it).__module__}.{type(it).__qualname__}"}
