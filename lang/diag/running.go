package diag

// A5xx: running.
const (
	FirstListing Code = "A501"
	StoreLocked  Code = "A502"
	StoreFailed  Code = "A503"
	SourceFailed Code = "A504"
	NothingToRun Code = "A505"
	SocketFailed Code = "A506"
	BadCommand   Code = "A507"
	ListenFailed Code = "A508"
	StateFailed  Code = "A509"

	NothingSelected Code = "A520"
	WrongInstant    Code = "A521"
	ReasonMissing   Code = "A522"
	EventRefused    Code = "A523"
)

var runningEntries = []Entry{
	{FirstListing, "first listing without `existing`", "The first listing of a block found more than 100 files, and the block does not say what to do with them: `existing skip` remembers them, `existing take` runs them all.", "", ""},
	{StoreLocked, "the store has an owner", "One process owns a project's state folder. While `auto run` lives, commands speak to it through its control socket.", "", ""},
	{StoreFailed, "the store cannot be used", "The store is damaged, full, read-only, or was written by a newer version.", "", ""},
	{SourceFailed, "the source cannot be listed", "The bucket or folder cannot be reached with what the project file and the environment say.", "", ""},
	{NothingToRun, "nothing to run", "The project has neither a policy nor a files block.", "", ""},
	{SocketFailed, "the control socket cannot be opened", "The state folder does not allow a unix socket.", "", ""},
	{BadCommand, "no command for the prompt", "What follows a colon in `auto repl` is a command with its words; `:help` lists them.", "", ""},
	{ListenFailed, "the address cannot be opened", "Another process listens at the address of `http`, or this machine does not have it.", "", ""},
	{StateFailed, "the journal does not give the state", "What conditions remember is made from the newest snapshot and the records of the journal after it. Where no snapshot can be read, or policies of the journal are not accepted any more and ticks under them came after the snapshot, it cannot be made. A daemon that is stopped keeps a snapshot, after which policies of before do not matter.", "", ""},
	{NothingSelected, "nothing is selected", "A command names assets or checks of the project, by a key or by a selection such as `groups(\"sales\")`.", "", ""},
	{WrongInstant, "instant not accepted", "An instant is written as RFC 3339, as a date in UTC, or relative to now as `+2d` or `-3h`. A pause ends in the future.", "", ""},
	{ReasonMissing, "a pause without a reason", "Whoever finds nothing launched reads the reason of the pause in `auto status` and `auto backlog`.", "", ""},
	{EventRefused, "event not accepted", "An event has the fields of its type, docs/events.md has the table. Of events that are sent together all are taken, or none.", "", ""},
}
