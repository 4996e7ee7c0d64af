package diag

// The codes of what runs as it is meant to, and could be written so that it does more.
const LosesUpdates Code = "A601"

var noteEntries = []Entry{
	{LosesUpdates, "update that can be lost", "`eager()`, `on_cron()` and other conditions about what is new since the last tick mean what they mean in Dagster. An update is lost to them where it comes between a request and the next tick, or while a run goes, or where the run that it started fails. `keep_up_to_date()`, `on_cron_up_to_date()` and `stale()` remember an update until a run that started after it has succeeded; docs/semantics.md compares them. `auto check --lossless` says it of every policy; it is no finding, and changes no exit code.", `policy p for groups("a") { when eager() }`, `policy p for groups("a") { when keep_up_to_date() }`},
}
