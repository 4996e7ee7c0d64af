"""What auto drives while it is killed: assets that files name, with a dynamic partition for each
customer, and reports that follow their condition. Nothing is executed: the driver ends the runs that
are in the queue."""
import auto_dagster
import dagster as dg

customers = dg.DynamicPartitionsDefinition(name="customers")


@dg.asset(config_schema={"file_key_to_process": str}, group_name="files")
def move_file(context) -> None: ...


@dg.asset(deps=[move_file], group_name="files")
def sales_data(context) -> None: ...


@dg.asset(deps=[move_file], partitions_def=customers, group_name="files")
def orders(context) -> None: ...


@dg.asset(group_name="raw")
def raw(context) -> None: ...


@dg.asset(deps=[raw, orders], partitions_def=customers, group_name="reports")
def report(context) -> None: ...


@dg.asset(deps=[report, sales_data], group_name="reports")
def summary(context) -> None: ...


defs = auto_dagster.publish(dg.Definitions(assets=[move_file, sales_data, orders, raw, report, summary]))
