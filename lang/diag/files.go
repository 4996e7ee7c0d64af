package diag

// A2xx: files blocks. A35x: what runs there, but is surely not meant.
const (
	BadSource         Code = "A201"
	BadPattern        Code = "A202"
	MisplacedStars    Code = "A203"
	BadClass          Code = "A204"
	BadBraces         Code = "A205"
	NoLookaround      Code = "A206"
	AdjacentCaptures  Code = "A207"
	UnknownCapture    Code = "A208"
	BadTimeFormat     Code = "A209"
	CaptureTwice      Code = "A210"
	CaptureName       Code = "A211"
	UnknownField      Code = "A212"
	BadTemplate       Code = "A213"
	OutsideJob        Code = "A214"
	PartitionsDiffer  Code = "A215"
	WrongPartition    Code = "A216"
	RunKeyRepeats     Code = "A217"
	BadQuarantine     Code = "A218"
	RuleTwice         Code = "A219"
	TargetFitsNothing Code = "A220"
	NothingRequested  Code = "A221"
	ConfigOfNoTarget  Code = "A222"
	TooManyRules      Code = "A223"
	RuleShadowed      Code = "A350"
	PatternNeverHits  Code = "A351"
	NoPartition       Code = "A352"
	NoJobForAll       Code = "A353"
	PrefixSlash       Code = "A354"
)

var fileEntries = []Entry{
	{BadSource, "not a source", "A files block reads from `s3(bucket, prefix=\"\")`, `folder(path, prefix=\"\")`, or a source that the project file names. The names of buckets are those of S3, and a prefix is a path below the source.", `files f from ftp("x") { always a }`, `files f from folder("x") { always a }`},
	{BadPattern, "pattern that cannot be read", "A pattern is a glob in double quotes, or a regular expression of RE2 between slashes.", "files f from folder(\"x\") {\n    match /a(b/ -> t\n}", "files f from folder(\"x\") {\n    match /a(b)/ -> t\n}"},
	{MisplacedStars, "`**` in the wrong place", "`**` stands for any number of whole folders, so it stands alone between slashes, after `in`.", "files f from folder(\"x\") {\n    match \"**.csv\" -> t\n}", "files f from folder(\"x\") {\n    match \"*.csv\" in \"**\" -> t\n}"},
	{BadClass, "set of characters that cannot be read", "`[a-z]` is one character of a set, `[!a-z]` one outside it; a set never holds `/`.", "files f from folder(\"x\") {\n    match \"[a.csv\" -> t\n}", "files f from folder(\"x\") {\n    match \"[a].csv\" -> t\n}"},
	{BadBraces, "braces that mean nothing", "In a glob `{NAME}` and `{NAME:FORMAT}` capture, and `{a,b}` are alternatives.", "files f from folder(\"x\") {\n    match \"a.{csv|gz}\" -> t\n}", "files f from folder(\"x\") {\n    match \"a.{csv,gz}\" -> t\n}"},
	{NoLookaround, "lookahead, lookbehind or back-reference", "Regular expressions are RE2, which takes time in proportion to the text and so has none of these.", "files f from folder(\"x\") {\n    match /a(?=b)/ -> t\n}", "files f from folder(\"x\") {\n    match /ab/ -> t\n}"},
	{AdjacentCaptures, "captures with nothing between them", "Where one capture ends and the next begins has to be told by text or by a format.", "files f from folder(\"x\") {\n    match \"{a}{b}.csv\" -> t\n}", "files f from folder(\"x\") {\n    match \"{a}_{b}.csv\" -> t\n}"},
	{UnknownCapture, "unknown field or capture", "A template names fields of the file and captures: in the block those that every rule binds, in a rule's own block all of its own.", "files f from folder(\"x\") {\n    match /mkt_(?P<region>[a-z]+)/ -> \"audit_{regoin}\"\n}", "files f from folder(\"x\") {\n    match /mkt_(?P<region>[a-z]+)/ -> \"audit_{region}\"\n}"},
	{BadTimeFormat, "time format that cannot be read", "A captured time has a format of `%Y %m %d %H %M %S %y %j %%` and text, with a year in it.", "files f from folder(\"x\") {\n    match \"{d:%Q}.csv\" -> t\n}", "files f from folder(\"x\") {\n    match \"{d:%Y}.csv\" -> t\n}"},
	{CaptureTwice, "captured twice", "A name is bound once in a rule, in the name and the folder together.", "files f from folder(\"x\") {\n    match \"{a}.csv\" in \"{a}\" -> t\n}", "files f from folder(\"x\") {\n    match \"{a}.csv\" in \"{b}\" -> t\n}"},
	{CaptureName, "capture with a name that is taken", "A capture has no name of a field or a `let`.", "files f from folder(\"x\") {\n    match \"{size}.csv\" -> t\n}", "files f from folder(\"x\") {\n    match \"{dimension}.csv\" -> t\n}"},
	{UnknownField, "unknown field", "A bare name in `tags`, `params` and `config` is a field, a capture or a `let`.", "files f from folder(\"x\") {\n    always a\n    config a { k: kye }\n}", "files f from folder(\"x\") {\n    always a\n    config a { k: key }\n}"},
	{BadTemplate, "template that cannot be read", "`{field}` and `{field:FORMAT}` are filled in; a brace itself is written `{{` or `}}`.", "files f from folder(\"x\") {\n    always a\n    tags { k: \"{key\" }\n}", "files f from folder(\"x\") {\n    always a\n    tags { k: \"{key}\" }\n}"},
	{OutsideJob, "asset outside the job", "The job of a block selects every asset that the block can request.", "", ""},
	{PartitionsDiffer, "targets with different partitions", "One file is one run, so the assets of a rule, with the base assets, agree on the partition or have none.", "files f from folder(\"x\") {\n    match \"{a}_{b}.csv\" -> t[a], u[b]\n}", "files f from folder(\"x\") {\n    match \"{a}_{b}.csv\" -> t[a], u[a]\n}"},
	{WrongPartition, "partition that the asset has not", "A target names a partition where its asset has partitions, and each of two dimensions.", "files f from folder(\"x\") {\n    match \"{a}.csv\" -> t[b]\n}", "files f from folder(\"x\") {\n    match \"{a}.csv\" -> t[a]\n}"},
	{RunKeyRepeats, "run key that can repeat", "A run key identifies the request: the file, unless `redeliver never` its version, and with `redeliver always` or `after` the tick. A second request with the same key would be parked.", "files f from folder(\"x\") {\n    always a\n    run_key \"{name}\"\n}", "files f from folder(\"x\") {\n    always a\n    run_key \"{key}@{etag}\"\n}"},
	{BadQuarantine, "quarantine that cannot be", "A file is moved to a key of the bucket, or a path of the folder, that begins with a folder of its own, outside of which the block looks for its files.", "files f from folder(\"x\") {\n    match \"a.csv\" -> t\n    otherwise quarantine \"{name}\"\n}", "files f from folder(\"x\") {\n    match \"a.csv\" -> t\n    otherwise quarantine \"rejected/{name}\"\n}"},
	{RuleTwice, "rule name taken", "Names of rules are unique in a block; unnamed rules are called `rule1`, … by position.", "files f from folder(\"x\") {\n    match r: \"a\" -> t\n    match r: \"b\" -> t\n}", "files f from folder(\"x\") {\n    match r: \"a\" -> t\n    match s: \"b\" -> t\n}"},
	{TargetFitsNothing, "target that fits no asset", "With the assets of a project at hand, a target by template has to be able to name one of them.", "", ""},
	{NothingRequested, "nothing requested", "A block has rules, or base assets that every file runs.", "files f from folder(\"x\") { priority 1 }", "files f from folder(\"x\") {\n    always a\n    priority 1\n}"},
	{ConfigOfNoTarget, "config of an asset that is not requested", "`config` is for an asset that the block, or the rule, can request.", "files f from folder(\"x\") {\n    always a\n    config b { k: key }\n}", "files f from folder(\"x\") {\n    always a\n    config a { k: key }\n}"},
	{TooManyRules, "files block that is too large", "One block has at most 65,535 rules and targets.", "", ""},
	{RuleShadowed, "rule that never gets a file", "With `take first`, a file that an earlier rule matches never reaches a later one.", "files f from folder(\"x\") {\n    take first\n    match a: \"*.csv\" -> t\n    match b: \"x.csv\" -> u\n}", "files f from folder(\"x\") {\n    take first\n    match b: \"x.csv\" -> u\n    match a: \"*.csv\" -> t\n}"},
	{PatternNeverHits, "pattern that matches nothing", "A file's name has no `/`, and a folder path has none at its ends.", "files f from folder(\"x\") {\n    match \"sales/*.csv\" -> t\n}", "files f from folder(\"x\") {\n    match \"*.csv\" in \"sales\" -> t\n}"},
	{NoPartition, "partitioned asset without a partition", "A run of an asset that has partitions is about one of them, which a target of the rule names.", "", ""},
	{NoJobForAll, "no job for all assets", "The run of a block is that of the only job that selects all its assets. Where each job lacks some, the run has no job.", "", ""},
	{PrefixSlash, "prefix that begins with `/`", "Keys of a bucket are taken as they are, and seldom begin with `/`.", "files f from s3(\"acme-landing\", prefix=\"/in/\") { always a }", "files f from s3(\"acme-landing\", prefix=\"in/\") { always a }"},
}
