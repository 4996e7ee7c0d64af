package metrics

// The metrics of a daemon. The names are those that dashboards and alerts ask for: they stay.
var (
	Build             = gauge("auto_build_info", "1, with the version.", "version")
	Started           = gauge("auto_start_time_seconds", "When the daemon started, in seconds since 1970.")
	Memory            = gauge("auto_memory_bytes", "Memory that the daemon has from the system.")
	Ticks             = counter("auto_ticks_total", "Ticks of a sensor.", "sensor")
	TickSeconds       = histogram("auto_tick_seconds", "How long ticks took.", "sensor")
	LastTick          = gauge("auto_last_tick_time_seconds", "When a sensor ticked last, in seconds since 1970.", "sensor")
	Requested         = counter("auto_requested_total", "Pairs of an asset or check and a partition that conditions requested, before limits.", "sensor")
	Launched          = counter("auto_launched_total", "Requests that went to the outbox.", "sensor")
	Overruns          = counter("auto_tick_overruns_total", "Ticks that took longer than the sensor's budget.", "sensor")
	SensorFailures    = gauge("auto_sensor_failures", "Ticks of a sensor that failed since the last one that did not.", "sensor")
	Owed              = gauge("auto_owed_partitions", "Pairs that are decided and not launched yet.", "sensor", "policy")
	OldestOwed        = gauge("auto_oldest_owed_seconds", "Age of the decision that waits longest, 0 where nothing waits.", "sensor", "policy")
	Halted            = gauge("auto_policies_halted", "Policies that `halt above` has paused.", "sensor")
	Paused            = gauge("auto_paused_keys", "Assets and checks that are paused.")
	Due               = gauge("auto_requests_due", "Requests that are to be delivered.")
	Parked            = gauge("auto_requests_parked", "Requests that the receiver refused or that lack parameters.")
	Deliveries        = counter("auto_deliveries_total", "Attempts to deliver a request: acknowledged, failed or refused.", "outcome")
	DeliverySeconds   = histogram("auto_delivery_seconds", "How long attempts to deliver took.")
	Events            = counter("auto_events_total", "Events that arrived, duplicates included.", "type")
	Duplicates        = counter("auto_events_duplicate_total", "Events that were known by their id.")
	Refused           = counter("auto_events_refused_total", "Bodies of events that were refused as a whole.")
	LineageUnmapped   = counter("auto_lineage_unmapped_total", "Outputs of OpenLineage events that are no asset.")
	LineageUnplaced   = counter("auto_lineage_unplaced_total", "Outputs of OpenLineage events whose partition is not told.")
	ReloadFailed      = gauge("auto_reload_failed", "1 while a newer version of the policies has findings, or waits, and the one before stays in force.")
	Answers           = counter("auto_http_requests_total", "Answers over HTTP.", "route", "code")
	DagsterPolls      = counter("auto_dagster_polls_total", "Polls of Dagster.")
	DagsterEvents     = counter("auto_dagster_events_total", "Events that polls of Dagster gave.")
	DagsterLastRead   = gauge("auto_dagster_last_read_time_seconds", "When Dagster was read last, in seconds since 1970.")
	DagsterSeconds    = gauge("auto_dagster_read_seconds", "How long the last poll of Dagster took.")
	DagsterCalls      = gauge("auto_dagster_calls", "Calls of GraphQL that the last poll made.")
	DagsterFailures   = gauge("auto_dagster_failures", "Polls of Dagster that failed since the last one that did not.")
	DagsterDown       = gauge("auto_dagster_locations_down", "Code locations that are not loaded.")
	DagsterChanged    = gauge("auto_dagster_changes", "Differences between the project's assets and what Dagster defines.")
	FileBlockHeld     = gauge("auto_files_held", "Requests of a files block that a limit or a pause holds.", "block")
	FileBlockHalted   = gauge("auto_files_halted", "1 while a files block is halted.", "block")
	FileBlockLastTick = gauge("auto_files_last_tick_time_seconds", "When a files block ticked last, in seconds since 1970.", "block")
)

// All are the metrics in the order of the documentation.
var All = []*Metric{
	Build, Started, Memory,
	Ticks, TickSeconds, LastTick, Requested, Launched, Overruns, SensorFailures,
	Owed, OldestOwed, Halted, Paused,
	Due, Parked, Deliveries, DeliverySeconds,
	Events, Duplicates, Refused, LineageUnmapped, LineageUnplaced,
	ReloadFailed, Answers,
	DagsterPolls, DagsterEvents, DagsterLastRead, DagsterSeconds, DagsterCalls, DagsterFailures, DagsterDown, DagsterChanged,
	FileBlockHeld, FileBlockHalted, FileBlockLastTick,
}
