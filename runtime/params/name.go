// Package params is the model of a job's parameters: what a job declares, what its assets
// use, and which value each asset sees in a run.
//
// There is one internal form: values that all assets share and values of one asset
// ([Values]), and a declaration for each name ([Schema]). Everything else is a view of it:
// `asset.param` for people ([Split], [Values.Flatten]), the fields of a job file, the
// stored `config_json` ([Values.Stored]) and run config ([Job.Launch]).
//
// The package is pure: no clock, no files, and the same answer for the same arguments.
package params

import (
	"cmp"
	"regexp"
	"strings"
)

// Name is a parameter of one asset, or with an empty Asset one that all assets share.
type Name struct {
	// Asset is the key of the asset, its components joined by "/".
	Asset string
	// Param is an identifier.
	Param string
}

// String gives the name as people write it: `asset.param`, or `param` for a shared one.
func (n Name) String() string {
	if n.Asset == "" {
		return n.Param
	}
	return n.Asset + "." + n.Param
}

// Shared reports whether the name is one that all assets share.
func (n Name) Shared() bool { return n.Asset == "" }

// compareNames orders shared names before those of assets.
func compareNames(a, b Name) int {
	return cmp.Or(cmp.Compare(a.Asset, b.Asset), cmp.Compare(a.Param, b.Param))
}

var identifier = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// ParseName reads `asset.param` or `param`. Keys of assets may have dots, parameters have
// none, so the text before the last dot is the asset. The error is a [Problem]; that an
// asset exists is not asked here, but by [Job.ParseName].
func ParseName(text string) (Name, error) {
	var n Name
	n.Param = text
	if dot := strings.LastIndexByte(text, '.'); dot >= 0 {
		n.Asset, n.Param = text[:dot], text[dot+1:]
		if n.Asset == "" || n.Param == "" {
			return Name{}, lacksName(text)
		}
	}
	if err := checkParam(n.Param, text); err != nil {
		return Name{}, err
	}
	return n, nil
}

func lacksName(text string) Problem {
	return Problem{Kind: BadKey, Subject: text, Message: "`" + text + "` lacks a name before or after its last dot.", Help: "Write `asset.param`, or `param` for a shared parameter."}
}

// checkParam finds what is wrong with a parameter that stands in text.
func checkParam(param, text string) error {
	switch {
	case strings.HasPrefix(param, "_"):
		return Problem{Kind: Reserved, Subject: text, Message: "`" + text + "` is reserved: names that begin with an underscore belong to the run.", Help: "Write a name that begins with a letter."}
	case !identifier.MatchString(param):
		return Problem{Kind: BadParam, Subject: text, Message: "`" + param + "` is no name of a parameter.", Help: "Write letters, digits and underscores, beginning with a letter."}
	}
	return nil
}
