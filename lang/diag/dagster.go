package diag

// A34x and A54x: a Dagster deployment and what is imported from it.
const (
	DagsterDoubt   Code = "A340"
	OverrideIdle   Code = "A341"
	DrivenTwice    Code = "A342"
	NotExpressible Code = "A343"

	LocationDown  Code = "A540"
	EditedByHand  Code = "A541"
	DagsterFailed Code = "A542"
	ImportDiffers Code = "A543"
)

var dagsterEntries = []Entry{
	{DagsterDoubt, "definition that Dagster does not tell for sure", "Dagster's GraphQL leaves out parts of partitions definitions and mappings. The import writes what can be said without them. `auto_dagster` in the code location or the address of its code server tells them exactly; an overrides file settles them by hand (docs/dagster.md).", "", ""},
	{OverrideIdle, "override that settles nothing", "An override settles what is in doubt. What Dagster tells exactly is changed in Dagster.", "", ""},
	{DrivenTwice, "asset that Dagster drives itself", "A running sensor of Dagster evaluates the asset's AutomationCondition and launches runs. A policy of auto for the same asset would launch it a second time.", "", ""},
	{NotExpressible, "definition that auto does not accept", "What Dagster has cannot be written as an asset of auto, or not without meaning something else.", "", ""},
	{LocationDown, "code location that is not loaded", "Nothing is known of its assets and jobs. An import without them would take them out of the project.", "", ""},
	{EditedByHand, "file that was not imported, or was edited since", "The import writes its file anew. What is written by hand belongs into another file: parameters of jobs into a job file, partitions and mappings into an overrides file.", "", ""},
	{DagsterFailed, "the deployment cannot be read", "The address is no Dagster webserver, does not let auto in, or is too old.", "", ""},
	{ImportDiffers, "graph that has changed in Dagster", "The project's assets are not those of the deployment any more.", "", ""},
}
