package diag

// A7xx: parameters of jobs and assets.
const (
	ParamName       Code = "A701"
	ParamAsset      Code = "A702"
	ParamTwice      Code = "A703"
	ParamType       Code = "A704"
	ParamValue      Code = "A705"
	ParamUndeclared Code = "A706"
	ParamMissing    Code = "A707"
	ParamCycle      Code = "A708"
	ParamCollision  Code = "A709"
	ParamJob        Code = "A710"
	ParamSecret     Code = "A711"
	ParamVersion    Code = "A712"
)

var paramEntries = []Entry{
	{ParamName, "name that no parameter has", "A parameter is an identifier; `asset.param` is one of an asset, and the text before the last dot is the asset. Names that begin with an underscore belong to the run.", "params_schema: {_job: string}", "params_schema: {job: string}"},
	{ParamAsset, "parameter of an asset that the job does not have", "The asset of `asset.param` and of `ops_config` is one that the job selects. Keys are case-sensitive.", "params_schema: {ordres.bucket: string}", "params_schema: {orders.bucket: string}"},
	{ParamTwice, "parameter given twice", "A parameter has one value in a file or request: `asset.param` and the same name below `ops_config` do not differ.", "job_overrides: {orders.bucket: a}\nops_config: {orders: {bucket: b}}", "ops_config: {orders: {bucket: b}}"},
	{ParamType, "declaration that cannot be read", "A declaration is `type[!][|default]`: a type (`string int float bool list map enum secret duration date`), `!` where a value is required, and after the first `|` the default, a literal of that type. A list of texts is an enum.", "params_schema: {rows: number}", "params_schema: {rows: int!|100}"},
	{ParamValue, "value of another type", "A value has the type that its parameter declares; text is never taken for a number.", "params_schema: {rows: int}\njob_overrides: {rows: many}", "params_schema: {rows: int}\njob_overrides: {rows: 100}"},
	{ParamUndeclared, "parameter not declared", "A job with `strict: true` declares every parameter that has a value or that the config of its assets uses.", "strict: true\nparams_schema: {bucket: string}\njob_overrides: {buket: a}", "strict: true\nparams_schema: {bucket: string}\njob_overrides: {bucket: a}"},
	{ParamMissing, "parameter without a value", "A run is refused until every required parameter has a value, from the job's file, the Operations page, the launch, or the file that arrived; a default is one. An empty text that a file sensor fills in is none.", "", ""},
	{ParamCycle, "parameters that are templates over each other", "A value can be a template over others, which are resolved first.", "job_overrides: {a: \"{{ params.b }}\", b: \"{{ params.a }}\"}", "job_overrides: {a: \"{{ params.b }}\", b: x}"},
	{ParamCollision, "parameters with one key", "In run config the parameter of an asset has the key `__nexus_ops__{asset}__{param}`, and no two have the same.", "", ""},
	{ParamJob, "several jobs with parameters", "A run that names no job takes the parameters of the one job that selects its assets. Where several do, the policy names one.", "", ""},
	{ParamSecret, "secret that is no reference", "The value of a secret is never written: `{$secret: \"env:NAME\"}` or `{$secret: \"file:/path\"}` says where the run finds it. It stands alone, not inside a longer text.", "params_schema: {token: secret}\njob_overrides: {token: hunter2}", "params_schema: {token: secret}\njob_overrides: {token: {$secret: \"env:TOKEN\"}}"},
	{ParamVersion, "parameters changed meanwhile", "An edit says which version it was made of, so that of two editors neither undoes the other's work unseen.", "", ""},
}
