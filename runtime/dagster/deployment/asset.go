package deployment

import (
	"slices"
	"strings"
)

// readAsset gives an asset, with the sensors that drive it, but without what needs other
// assets or the exact way: partitions, mappings and sets.
func readAsset(n *node, driven targets) *Asset {
	a := &Asset{
		Key: key(n.AssetKey.Path), Location: n.Repository.Location.Name, Repository: n.Repository.Name,
		Group: n.GroupName, CodeVersion: text(n.OpVersion), Description: text(n.Description),
		Kinds: slices.Sorted(slices.Values(n.Kinds)), Tags: map[string]string{}, Ops: n.OpNames, Jobs: n.JobNames,
		Materializable: n.IsMaterializable, Observable: n.IsObservable, Stub: n.IsAutoCreatedStub,
		Freshness: n.InternalFreshnessPolicy != nil,
	}
	for _, tag := range n.Tags {
		if !strings.HasPrefix(tag.Key, "dagster/kind/") {
			a.Tags[tag.Key] = tag.Value
		}
	}
	for _, owner := range n.Owners {
		a.Owners = append(a.Owners, ownerText(owner))
	}
	for _, dep := range n.Dependencies {
		a.Deps = append(a.Deps, Dep{Key: key(dep.Asset.AssetKey.Path)})
	}
	slices.SortFunc(a.Deps, func(x, y Dep) int { return strings.Compare(x.Key, y.Key) })
	at := place(a.Location, a.Repository) + a.Key
	if n.AutomationCondition != nil {
		a.Condition = label(n.AutomationCondition.Label, n.AutomationCondition.ExpandedLabel)
		a.Sensors = driven[at]
	}
	readChecks(a, n.AssetChecksOrError, func(check string) []Sensor { return driven[at+":"+check] })
	return a
}

func key(path []string) string { return strings.Join(path, "/") }

func text(t *string) string {
	if t == nil {
		return ""
	}
	return *t
}

// ownerText gives an owner as Dagster's definitions write it.
func ownerText(owner DefinitionsAssetNodesAssetNodeOwnersAssetOwner) string {
	switch o := owner.(type) {
	case *DefinitionsAssetNodesAssetNodeOwnersUserAssetOwner:
		return o.Email
	case *DefinitionsAssetNodesAssetNodeOwnersTeamAssetOwner:
		return "team:" + o.Team
	}
	return ""
}

// label gives the name of a condition, or else its parts.
func label(name *string, expanded []string) string {
	if name != nil && *name != "" {
		return *name
	}
	if len(expanded) == 0 {
		return "a condition"
	}
	return strings.Join(expanded, " ")
}

func readChecks(a *Asset, answer checksAnswer, driving func(check string) []Sensor) {
	list, ok := answer.(*DefinitionsAssetNodesAssetNodeAssetChecksOrErrorAssetChecks)
	if !ok {
		a.ChecksProblem = "Dagster gives " + refused("the checks of `"+a.Key+"`", answer).Error() + "."
		return
	}
	for _, c := range list.Checks {
		check := Check{
			Name: c.Name, Blocking: c.Blocking, Partitioned: c.PartitionDefinition != nil,
			Embedded: c.CanExecuteIndividually == AssetCheckCanExecuteIndividuallyRequiresMaterialization,
		}
		for _, dep := range c.AdditionalAssetKeys {
			check.Deps = append(check.Deps, key(dep.Path))
		}
		if c.AutomationCondition != nil {
			check.Condition = label(c.AutomationCondition.Label, c.AutomationCondition.ExpandedLabel)
			check.Sensors = driving(c.Name)
		}
		a.Checks = append(a.Checks, check)
	}
	slices.SortFunc(a.Checks, func(x, y Check) int { return strings.Compare(x.Name, y.Name) })
}
