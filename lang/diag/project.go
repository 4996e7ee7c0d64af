package diag

// A4xx: the YAML files of a project.
const (
	YAMLSyntax     Code = "A401"
	YAMLUnknown    Code = "A402"
	YAMLMissing    Code = "A403"
	YAMLKind       Code = "A404"
	YAMLTwice      Code = "A405"
	YAMLValue      Code = "A406"
	ProjectFile    Code = "A407"
	GraphProblem   Code = "A408"
	PartitionsForm Code = "A409"
	NoProject      Code = "A410"
	EnvMissing     Code = "A411"
)

var projectEntries = []Entry{
	{YAMLSyntax, "not valid YAML", "The file cannot be read as one YAML document. Text with `: `, `#`, or a leading `*`, `&`, `{`, `[` or `%` stands in quotes.", "assets: [a", "assets: [a]"},
	{YAMLUnknown, "unknown field", "Every field is known by its name; a misspelt one would be ignored without a word.", "asets: [assets/*.yaml]", "assets: [assets/*.yaml]"},
	{YAMLMissing, "field missing", "The field has no default.", "sources: {landing: {type: s3}}", "sources: {landing: {type: s3, bucket: acme}}"},
	{YAMLKind, "wrong kind of value", "A field takes a text, a number, true or false, a list, or a mapping.", "sources: [landing]", "sources: {landing: {type: folder, path: landing}}"},
	{YAMLTwice, "given twice", "A field or name stands once.", "state: a\nstate: b", "state: a"},
	{YAMLValue, "value not accepted", "The field takes certain values only.", "launcher: {type: webhok}", "launcher: {type: stdout}"},
	{ProjectFile, "file not found or not readable", "A glob that is written matches at least one file, and each file can be read.", "policies: [polices/*.auto]", ""},
	{GraphProblem, "assets and jobs do not fit together", "Keys are unique, dependencies exist and have no cycle, and a job selects something.", "", ""},
	{PartitionsForm, "partitions definition not accepted", "A definition has the fields of its type, and they fit together.", "", ""},
	{NoProject, "no project", "The command needs a project: a folder with an `auto.yaml`.", "", ""},
	{EnvMissing, "environment name not set", "A policy uses an allowed environment name that has no value and no default.", "", ""},
}
