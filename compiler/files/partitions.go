package files

import (
	"slices"
	"strings"

	"auto/lang/ast"
	"auto/lang/diag"
	"auto/vm/graph"
)

// checkParts holds the partition that a target names against the asset's definition.
func (c *compiler) checkParts(t ast.Target, info targetInfo) {
	if info.asset == nil || len(t.Parts) == 0 {
		return
	}
	switch definition, key := info.asset.Partitions, t.Key.Span.Text(); {
	case definition == nil:
		c.find(diag.WrongPartition, t.Span, "Write `"+key+"` alone.", "The asset `%s` has no partitions.", info.key)
	case definition.Type == graph.Multi:
		c.checkDimensions(t, info)
	case len(t.Parts) > 1 || t.Parts[0].Dimension.Name != "":
		c.find(diag.WrongPartition, t.Span, "Write `"+key+"["+t.Parts[0].Capture.Name+"]`.", "The partitions of `%s` have one dimension.", info.key)
	default:
		c.checkAs(t.Parts[0], definition, "partitions of `"+info.key+"`")
	}
}

// checkDimensions wants each of two dimensions named once.
func (c *compiler) checkDimensions(t ast.Target, info targetInfo) {
	definition := info.asset.Partitions
	names := definition.DimensionNames()
	help := "Write `" + t.Key.Span.Text() + "[" + names[0] + ": …, " + names[1] + ": …]`."
	seen := map[string]bool{}
	for _, part := range t.Parts {
		name := part.Dimension.Name
		if !slices.Contains(names, name) || seen[name] {
			c.find(diag.WrongPartition, part.Span, help, "The partitions of `%s` have the dimensions `%s` and `%s`, each named once.", info.key, names[0], names[1])
			return
		}
		seen[name] = true
		c.checkAs(part, definition.Dimensions[name], "keys of the dimension `"+name+"`")
	}
	if len(seen) < len(names) {
		c.find(diag.WrongPartition, t.Span, help, "The partitions of `%s` have two dimensions.", info.key)
	}
}

// checkAs wants `as` for windows of time only.
func (c *compiler) checkAs(part ast.Part, definition *graph.Partitions, what string) {
	if part.As != nil && !definition.IsTime() {
		c.find(diag.WrongPartition, part.As.Span, "Write `"+part.Capture.Name+"` alone.", "The %s are no windows of time.", what)
	}
}

// agree checks that the assets of one request can share its partition, which is what the
// first target that names one says.
func (c *compiler) agree(infos []targetInfo) {
	named := slices.IndexFunc(infos, func(info targetInfo) bool { return len(info.parts) > 0 })
	for i, info := range infos {
		partitioned := info.asset != nil && info.asset.Partitions != nil
		switch {
		case named < 0 && partitioned:
			c.unnamed(info)
		case named < 0 || i == named:
		case len(info.parts) > 0 && !sameParts(infos[named].parts, info.parts):
			c.contradict(infos[named], info)
		case partitioned && infos[named].asset != nil && !infos[named].asset.Partitions.Same(info.asset.Partitions):
			c.contradict(infos[named], info)
		}
	}
}

// contradict reports two assets of a request that cannot share a partition, at the later.
func (c *compiler) contradict(a, b targetInfo) {
	if b.at.Start < a.at.Start {
		a, b = b, a
	}
	verb := "have"
	if len(a.parts) > 0 && len(b.parts) > 0 {
		verb = "name"
	}
	c.find(diag.PartitionsDiffer, b.whole, "Write a rule of its own for it.", "`%s` and `%s` %s different partitions, and one file is one run.", a.whole.Text(), b.whole.Text(), verb)
}

// unnamed warns about a partitioned asset of a request without a partition; about a base
// asset once.
func (c *compiler) unnamed(info targetInfo) {
	if slices.ContainsFunc(c.warnings, func(d diag.Diagnostic) bool { return d.Span == info.at }) {
		return
	}
	c.warnings.Addf(diag.NoPartition, info.at, "Name one in a target of the rule, such as `"+info.at.Text()+"[day]`.", "The asset `%s` has partitions, and no target names one.", info.key)
}

// sameParts reports whether two targets name the same partition.
func sameParts(a, b []Part) bool {
	return slices.EqualFunc(byDimension(a), byDimension(b), func(a, b Part) bool {
		return a.Dimension == b.Dimension && a.Capture == b.Capture && format(a) == format(b)
	})
}

func byDimension(parts []Part) []Part {
	sorted := slices.Clone(parts)
	slices.SortStableFunc(sorted, func(a, b Part) int { return strings.Compare(a.Dimension, b.Dimension) })
	return sorted
}

// format gives the format by which a part is read, "" for none.
func format(p Part) string {
	if p.As == nil {
		return ""
	}
	return p.As.String()
}
