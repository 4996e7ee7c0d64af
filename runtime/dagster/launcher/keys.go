package launcher

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"auto/runtime/dagster/deployment"
	"auto/runtime/request"
	"auto/vm/graph"
)

// keptFor is how long the partition keys of an asset are kept after Dagster has told them.
const keptFor = time.Minute

// keys are partition keys as Dagster told them, by asset.
type keys struct {
	mu    sync.Mutex
	known map[string]told
}

type told struct {
	keys map[string]bool
	at   time.Time
}

// has reports whether all of some keys are known of an asset.
func (k *keys) has(asset string, keys []string, now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	known := k.known[asset]
	return now.Sub(known.at) < keptFor && !slices.ContainsFunc(keys, func(key string) bool { return !known.keys[key] })
}

func (k *keys) put(asset string, keys map[string]bool, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil {
		k.known = map[string]told{}
	}
	k.known[asset] = told{keys, now}
}

// checkKeys asks Dagster for the partitions of assets of which it is not sure that they have
// those that are wanted, and leaves out those that do not.
func (l *Launcher) checkKeys(ctx context.Context, r *request.Request, p *plan) (*plan, error) {
	for _, asset := range p.doubtful() {
		err := l.checkKeysOf(ctx, r, asset)
		if a, ok := errors.AsType[*amiss](err); ok && r.Block == "" {
			if p, err = l.less(p, r, a); err == nil {
				return l.checkKeys(ctx, r, p)
			}
		}
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

func (l *Launcher) checkKeysOf(ctx context.Context, r *request.Request, asset string) error {
	wanted := (&planner{Request: r}).wanted()
	now := l.Clock.Now()
	if l.keys.has(asset, wanted, now) {
		return nil
	}
	answer, err := Keys(ctx, l.Client, AssetKeyInput{Path: strings.Split(asset, "/")})
	if err != nil {
		return unanswered(err)
	}
	node, ok := answer.AssetNodeOrError.(*KeysAssetNodeOrErrorAssetNode)
	if !ok {
		return passing(reloading, "Dagster does not tell the partitions of `%s`: %s", asset, problem(answer.AssetNodeOrError))
	}
	there := make(map[string]bool, len(node.PartitionKeys))
	for _, key := range node.PartitionKeys {
		there[key] = true
	}
	l.keys.put(asset, there, now)
	for _, key := range wanted {
		if !there[key] {
			return l.absent(ctx, asset, key)
		}
	}
	return nil
}

// absent says why an asset does not have a partition.
func (l *Launcher) absent(ctx context.Context, asset, key string) error {
	why := "It has others."
	if d, err := l.Watch.Current(ctx); err == nil {
		why = whyAbsent(d.Assets[asset], key, l.Clock.Now())
	}
	return &amiss{refused("`%s` has no partition `%s` in Dagster. %s", asset, key, why), asset, false}
}

func whyAbsent(a *deployment.Asset, key string, now time.Time) string {
	const other = "Take a key that its definition has."
	if a == nil || a.Partitions == nil || a.PartitionsDoubt != "" {
		return other
	}
	definition, err := graph.NewPartitions(*a.Partitions)
	if err != nil {
		return other
	}
	switch m, why := definition.Has(key, now, func(string, string) bool { return false }); m {
	case graph.Addable:
		return "Add the key to its dynamic partitions definition first."
	case graph.Absent:
		return why
	}
	return other
}

// addPartitions adds the keys that a request adds to dynamic definitions. One that is there
// already is fine.
func (l *Launcher) addPartitions(ctx context.Context, r *request.Request, parts []*part) error {
	for _, definition := range slices.Sorted(maps.Keys(r.AddPartitions)) {
		i := slices.IndexFunc(parts, func(p *part) bool { return slices.Contains(p.dynamic, definition) })
		for _, key := range r.AddPartitions[definition] {
			if err := l.addPartition(ctx, parts[max(i, 0)], definition, key); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *Launcher) addPartition(ctx context.Context, p *part, definition, key string) error {
	at := RepositorySelector{RepositoryLocationName: p.location, RepositoryName: p.repository}
	answer, err := AddPartition(ctx, l.Client, at, definition, key)
	if err != nil {
		return unanswered(err)
	}
	switch a := answer.AddDynamicPartition.(type) {
	case *AddPartitionAddDynamicPartitionAddDynamicPartitionSuccess, *AddPartitionAddDynamicPartitionDuplicateDynamicPartitionError:
		return nil
	case *AddPartitionAddDynamicPartitionUnauthorizedError:
		return unreachable("Dagster does not let `auto` add partitions to `%s`. Give its token the right to edit dynamic partitions.", definition)
	case *AddPartitionAddDynamicPartitionPythonError:
		if badInput(a.ClassName) {
			return refused("Dagster does not add the partition `%s` to `%s`: %s", key, definition, sentence(a.Message))
		}
	}
	return passing(0, "Dagster cannot add the partition `%s` to `%s`: %s", key, definition, problem(answer.AddDynamicPartition))
}
