"""A code location for tests of the reader: checks that fail, one by partition, and an asset
that is only observed."""
import dagster as dg

letters = dg.StaticPartitionsDefinition(["a", "b"])


@dg.asset
def watched() -> dg.MaterializeResult:
    return dg.MaterializeResult(data_version=dg.DataVersion("7"))


@dg.asset_check(asset=watched)
def obeys(context) -> dg.AssetCheckResult:
    severity = dg.AssetCheckSeverity(context.run.tags.get("severity", "ERROR"))
    return dg.AssetCheckResult(passed="severity" not in context.run.tags, severity=severity)


@dg.asset(partitions_def=letters)
def lettered() -> dg.MaterializeResult:
    return dg.MaterializeResult()


@dg.asset_check(asset=lettered, partitions_def=letters)
def by_letter(context) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=context.partition_key != "b")


defs = dg.Definitions(
    assets=[watched, lettered, dg.AssetSpec("feed")],
    asset_checks=[obeys, by_letter],
    executor=dg.in_process_executor,
)
