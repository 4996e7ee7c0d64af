// Package stdlib is the vocabulary of the language: one table, from which the checker,
// the documentation and the completion of names are made. The words are Dagster's.
package stdlib

import (
	"slices"
	"strings"
	"sync"

	"auto/lang/types"
)

// Kind groups the entries.
type Kind string

// The kinds.
const (
	Operand   Kind = "operand"
	Operator  Kind = "operator"
	Composite Kind = "composite"
	Method    Kind = "method"
	Selector  Kind = "selection"
	Value     Kind = "value"
	Origin    Kind = "source"
)

// Entry is one word of the vocabulary.
type Entry struct {
	Name string
	Kind Kind
	types.Signature
	// Event: true on one tick only, not for as long as a state lasts.
	Event bool
	// Doc says in a sentence what it is.
	Doc string
	// Example is an expression that uses it.
	Example string
}

type (
	params = []types.Param
	kinds  = []types.Type
)

func required(name string, t ...types.Type) types.Param { return types.Param{Name: name, Types: t} }
func optional(name, value string, t ...types.Type) types.Param {
	return types.Param{Name: name, Types: t, Default: value}
}
func rest(name string) types.Param {
	return types.Param{Name: name, Types: kinds{types.String}, Rest: true}
}

var (
	external = optional("include_external", "false", types.Bool)
	zone     = optional("tz", `"UTC"`, types.Zone)
	schedule = required("cron", types.Cron)
	runTags  = params{optional("tag_keys", "[]", types.List), optional("tag_values", "{}", types.Map)}
	inner    = required("condition", types.Condition)
)

func condition(scope types.Scope, p ...types.Param) types.Signature {
	return types.Signature{Params: p, Result: types.Condition, Scope: scope}
}

func on(receiver types.Type, result types.Type, p ...types.Param) types.Signature {
	return types.Signature{On: receiver, Params: p, Result: result, Scope: types.OnBoth}
}

func selection(p ...types.Param) types.Signature {
	return types.Signature{Params: p, Result: types.Selection}
}

// table has every word, in the order of the documentation.
var table = []Entry{
	{"missing", Operand, condition(types.OnBoth), false, "The partition has never been materialized (the check never executed).", `missing()`},
	{"run_in_progress", Operand, condition(types.OnBoth), false, "A run of the partition is under way.", `~run_in_progress()`},
	{"backfill_in_progress", Operand, condition(types.OnBoth), false, "A backfill of the partition is under way.", `~backfill_in_progress()`},
	{"execution_failed", Operand, condition(types.OnBoth), false, "The newest run of the partition failed.", `eager() & ~execution_failed()`},
	{"newly_updated", Operand, condition(types.OnBoth), true, "The partition was updated since the last tick.", `newly_updated()`},
	{"newly_requested", Operand, condition(types.OnBoth), true, "The partition was requested on the last tick.", `newly_requested()`},
	{"will_be_requested", Operand, condition(types.OnBoth), true, "The partition is requested on this tick.", `any_deps_match(will_be_requested())`},
	{"initial_evaluation", Operand, condition(types.OnBoth), true, "The condition is evaluated for the first time.", `initial_evaluation()`},
	{"code_version_changed", Operand, condition(types.OnAsset), true, "The asset's code version changed since the last tick.", `code_version_changed()`},
	{"data_version_changed", Operand, condition(types.OnBoth), true, "The partition's data version changed since the last tick.", `data_version_changed()`},
	{"cron_tick_passed", Operand, condition(types.OnBoth, schedule, zone), true, "A moment of the schedule passed since the last tick.", `cron_tick_passed("0 6 * * *", "Europe/Paris")`},
	{"in_latest_time_window", Operand, condition(types.OnBoth, optional("lookback_delta", "none", types.Duration)), false, "The partition is in the latest time window, or within lookback_delta of its end; true without time partitions.", `in_latest_time_window(lookback_delta=2d)`},
	{"executed_with_root_target", Operand, condition(types.OnBoth), false, "The newest update came from a run that executed the asset under evaluation, too.", `any_deps_match(newly_updated() & ~executed_with_root_target())`},
	{"executed_with_tags", Operand, condition(types.OnBoth, runTags...), false, "The newest update came from a run with these tags.", `executed_with_tags(tag_keys=["backfill"])`},
	{"any_new_update_has_run_tags", Operand, condition(types.OnBoth, runTags...), true, "An update since the last tick came from a run with these tags.", `any_new_update_has_run_tags(tag_values={"mode": "full"})`},
	{"all_new_updates_have_run_tags", Operand, condition(types.OnBoth, runTags...), true, "Every update since the last tick came from a run with these tags.", `all_new_updates_have_run_tags(tag_keys=["backfill"])`},
	{"check_passed", Operand, condition(types.OnCheck), false, "The check's newest execution passed.", `any_checks_match(check_passed())`},
	{"check_failed", Operand, condition(types.OnCheck), false, "The check's newest execution failed.", `any_checks_match(check_failed())`},
	{"freshness_passed", Operand, condition(types.OnAsset), false, "The asset's freshness policy passes.", `freshness_passed()`},
	{"freshness_warned", Operand, condition(types.OnAsset), false, "The asset's freshness policy warns.", `freshness_warned()`},
	{"freshness_failed", Operand, condition(types.OnAsset), false, "The asset's freshness policy fails.", `freshness_failed()`},
	{"any_deps_required_but_nonexistent", Operand, condition(types.OnBoth), false, "The partition requires a partition of some dependency that does not exist: a key that the dependency does not have, a time window before its first or after its last. A word of Dagster's after 1.13.27; like that one it does not see windows that only an offset of the mapping leads to.", `eager() & ~any_deps_required_but_nonexistent()`},
	{"outdated", Operand, condition(types.OnAsset), false, "A related partition of a dependency was updated after the start of the partition's newest successful run, and not by that run; holds until a run that started after the update has made the partition.", `outdated() & ~run_in_progress()`},
	{"outdated_in_latest_time_window", Operand, condition(types.OnAsset), false, "The same, by an update that came while the partition was in the latest time window, which it need not be any more; any update without time partitions.", `outdated_in_latest_time_window()`},
	{"already_requested", Operand, condition(types.OnAsset), false, "A tick requested the partition that knew all updates that it is outdated by, and no run that started after the request has made the partition yet.", `stale() & ~already_requested()`},
	{"any_deps_to_come", Operand, condition(types.OnBoth), false, "The partition requires a time window of some dependency that does not exist yet, and will when it has ended; never what is before the start of the dependency or after its end.", `eager() & ~any_deps_to_come()`},

	{"any_deps_match", Operator, condition(types.OnBoth, inner), false, "The condition holds for some related partition of some dependency.", `any_deps_match(missing())`},
	{"all_deps_match", Operator, condition(types.OnBoth, inner), false, "For every dependency the condition holds for some related partition.", `all_deps_match(~missing())`},
	{"asset_matches", Operator, condition(types.OnBoth, required("key", types.String), inner), false, "The condition holds for a related partition of the asset of that key.", `asset_matches("sales/raw", newly_updated())`},
	{"any_checks_match", Operator, condition(types.OnAsset, inner, optional("blocking_only", "false", types.Bool)), false, "The condition holds for some check of the asset.", `any_checks_match(check_failed(), blocking_only=true)`},
	{"all_checks_match", Operator, condition(types.OnAsset, inner, optional("blocking_only", "false", types.Bool)), false, "The condition holds for every check of the asset.", `all_checks_match(check_passed())`},
	{"any_downstream_conditions", Operator, condition(types.OnAsset), false, "The condition of some asset downstream holds.", `any_downstream_conditions()`},

	{Name: "in_progress", Kind: Composite, Signature: condition(types.OnBoth)},
	{Name: "newly_missing", Kind: Composite, Signature: condition(types.OnBoth), Event: true},
	{Name: "eager", Kind: Composite, Signature: condition(types.OnBoth)},
	{Name: "on_cron", Kind: Composite, Signature: condition(types.OnBoth, schedule, zone)},
	{Name: "on_missing", Kind: Composite, Signature: condition(types.OnBoth)},
	{Name: "any_deps_updated", Kind: Composite, Signature: condition(types.OnBoth), Event: true},
	{Name: "any_deps_missing", Kind: Composite, Signature: condition(types.OnBoth)},
	{Name: "any_deps_in_progress", Kind: Composite, Signature: condition(types.OnBoth)},
	{Name: "all_deps_updated_since_cron", Kind: Composite, Signature: condition(types.OnBoth, schedule, zone)},
	{Name: "all_deps_blocking_checks_passed", Kind: Composite, Signature: condition(types.OnBoth)},
	{Name: "stale", Kind: Composite, Signature: condition(types.OnAsset)},
	{Name: "stale_in_latest_time_window", Kind: Composite, Signature: condition(types.OnAsset)},
	{Name: "keep_up_to_date", Kind: Composite, Signature: condition(types.OnAsset)},
	{Name: "on_cron_up_to_date", Kind: Composite, Signature: condition(types.OnAsset, schedule, zone)},

	{"since", Method, on(types.Condition, types.Condition, required("reset", types.Condition)), false, "The condition has been true more recently than the reset.", `newly_updated().since(newly_requested())`},
	{"newly_true", Method, on(types.Condition, types.Condition), true, "The condition became true on this tick.", `missing().newly_true()`},
	{Name: "since_last_handled", Kind: Method, Signature: on(types.Condition, types.Condition)},
	{"with_label", Method, on(types.Condition, types.Condition, required("label", types.String)), false, "Names the condition in evaluations and for `replace`.", `missing().with_label("not there")`},
	{"replace", Method, on(types.Condition, types.Condition, required("old", types.String, types.Condition), required("new", types.Condition)), false, "Puts a condition in the place of every part with that label, name or form.", `eager().replace("in_latest_time_window", in_latest_time_window(lookback_delta=2d))`},
	{"without", Method, on(types.Condition, types.Condition, required("condition", types.Condition)), false, "Takes an operand out of an AND.", `eager().without(~any_deps_missing())`},
	{"allow", Method, on(types.Condition, types.Condition, required("selection", types.Selection, types.Checks)), false, "Looks at these dependencies (checks) only.", `eager().allow(groups("core"))`},
	{"ignore", Method, on(types.Condition, types.Condition, required("selection", types.Selection, types.Checks)), false, "Does not look at these dependencies (checks).", `eager().ignore(tag("quality", "flaky"))`},
	{"upstream", Method, on(types.Selection, types.Selection, optional("depth", "none", types.Int)), false, "Adds the assets that the selected ones depend on.", `groups("mart").upstream(depth=1)`},
	{"downstream", Method, on(types.Selection, types.Selection, optional("depth", "none", types.Int)), false, "Adds the assets that depend on the selected ones.", `assets("raw").downstream()`},
	{"roots", Method, on(types.Selection, types.Selection), false, "Keeps the assets that depend on no other selected one.", `groups("mart").roots()`},
	{"sinks", Method, on(types.Selection, types.Selection), false, "Keeps the assets that no other selected one depends on.", `groups("mart").sinks()`},
	{"materializable", Method, on(types.Selection, types.Selection), false, "Keeps the assets that are executed here.", `all().materializable()`},

	{"all", Selector, selection(external), false, "Every asset.", `all() - groups("test")`},
	{"assets", Selector, selection(rest("key")), false, "The assets of these keys.", `assets("sales/orders", "sales/items")`},
	{"groups", Selector, selection(rest("group"), external), false, "The assets of these groups.", `groups("sales", "marketing")`},
	{"tag", Selector, selection(required("name", types.String), required("value", types.String), external), false, "The assets with this tag.", `tag("tier", "gold")`},
	{"kind", Selector, selection(required("kind", types.String), external), false, "The assets of this kind.", `kind("s3")`},
	{"owner", Selector, selection(required("owner", types.String)), false, "The assets of this owner.", `owner("team:sales")`},
	{"key_prefixes", Selector, selection(rest("prefix"), external), false, "The assets whose keys begin with these components.", `key_prefixes("raw", "staging/web")`},
	{"checks", Selector, types.Signature{Params: params{rest("check")}, Result: types.Checks}, false, "These checks, each as asset:check.", `checks("orders:not_null")`},
	{"checks_for_assets", Selector, types.Signature{Params: params{rest("key")}, Result: types.Checks}, false, "All checks of these assets.", `checks_for_assets("orders")`},
	{"all_checks", Selector, types.Signature{Result: types.Checks}, false, "Every check.", `all_checks()`},

	{"days", Value, types.Signature{Params: params{required("n", types.Int)}, Result: types.Duration}, false, "A duration of n days.", `in_latest_time_window(lookback_delta=days(2))`},
	{"hours", Value, types.Signature{Params: params{required("n", types.Int)}, Result: types.Duration}, false, "A duration of n hours.", `in_latest_time_window(lookback_delta=hours(48))`},
	{"minutes", Value, types.Signature{Params: params{required("n", types.Int)}, Result: types.Duration}, false, "A duration of n minutes.", `in_latest_time_window(lookback_delta=minutes(5))`},

	{"s3", Origin, types.Signature{Params: params{required("bucket", types.String), optional("prefix", `""`, types.String)}, Result: types.Source}, false, "The objects of a bucket below a prefix.", `s3("acme-landing", prefix="inbound/")`},
	{"folder", Origin, types.Signature{Params: params{required("path", types.String), optional("prefix", `""`, types.String)}, Result: types.Source}, false, "The files of a folder below a prefix.", `folder("landing", prefix="inbound/")`},
}

// vocabulary is the table with what the composites say about themselves, and its index.
type vocabulary struct {
	entries            []Entry
	functions, methods map[string]Entry
}

var words = sync.OnceValue(func() vocabulary {
	v := vocabulary{slices.Clone(table), map[string]Entry{}, map[string]Entry{}}
	for i, e := range v.entries {
		if d, ok := definitions()[e.Name]; ok {
			e.Doc, e.Example = d.doc, d.example
			v.entries[i] = e
		}
		if e.Kind == Method {
			v.methods[e.Name] = e
		} else {
			v.functions[e.Name] = e
		}
	}
	return v
})

// Table gives every entry, in the order of the documentation.
func Table() []Entry { return slices.Clone(words().entries) }

// Function gives the entry of a function's name, and false where there is none.
func Function(name string) (Entry, bool) {
	e, ok := words().functions[name]
	return e, ok
}

// FindMethod gives the entry of a method's name, and false where there is none.
func FindMethod(name string) (Entry, bool) {
	e, ok := words().methods[name]
	return e, ok
}

// Fields are the names that templates and values of a files block know, beside the
// captures; and those of policies.
var (
	FileFields   = []string{"bucket", "key", "name", "folder", "folder_path", "size", "etag", "last_modified", "version_id", "tick", "env"}
	PolicyFields = []string{"policy", "partition", "tick", "env"}
)

// IsField reports whether a name is a field of a files block or a policy.
func IsField(name string) bool {
	return slices.Contains(FileFields, name) || slices.Contains(PolicyFields, name)
}

// Usage gives a function or method with its parameters, for sentences:
// "on_cron(cron, tz="UTC")".
func (e Entry) Usage() string {
	var parts []string
	for _, p := range e.Params {
		switch {
		case p.Rest:
			parts = append(parts, p.Name+", …")
		case p.Default == "none":
			parts = append(parts, p.Name+"=…")
		case p.Default != "":
			parts = append(parts, p.Name+"="+p.Default)
		default:
			parts = append(parts, p.Name)
		}
	}
	return e.Name + "(" + strings.Join(parts, ", ") + ")"
}
