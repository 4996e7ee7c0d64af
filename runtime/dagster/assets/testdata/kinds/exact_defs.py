import auto_dagster
import kinds

defs = auto_dagster.publish(kinds.make("exact"))
