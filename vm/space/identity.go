package space

import "slices"

func sameUndefined(a, b *Keys) bool { return slices.Equal(a.undefined, b.undefined) }

// undefinedPairs relates the undefined keys of one side to the same ones of another.
func undefinedPairs(target, source *Keys) (p pairs) {
	for i, key := range source.undefined {
		if j, ok := target.Index(key); ok {
			p = append(p, [2]int32{int32(source.defined + i), int32(j)})
		}
	}
	return p
}

// sharedKeys relates all keys of one side to those that another defines.
func sharedKeys(target, source *Keys) way {
	if by, ok := windowsApart(target, source); ok {
		return shift{source.defined, by, target.defined}
	}
	images := make([][]span, source.Total())
	relate := func(i, j int) {
		if j < target.defined {
			images[i] = append(images[i], one(j))
		}
	}
	if len(images) <= target.defined {
		for i := range images {
			if j, ok := target.Index(source.Key(i)); ok {
				relate(i, j)
			}
		}
	} else {
		for j := range target.defined {
			if i, ok := source.Index(target.Key(j)); ok {
				relate(i, j)
			}
		}
	}
	return makeLists(len(images), func(i int) []span { return images[i] })
}

// windowsApart gives how many numbers equal windows are apart, and false where their keys
// need not be equal. It saves to write and read the keys of long definitions.
func windowsApart(target, source *Keys) (by int, ok bool) {
	if target.defined == 0 || source.defined == 0 || len(source.undefined) > 0 || !target.definition.SameKeys(source.definition) {
		return 0, false
	}
	if i, found := slices.BinarySearch(source.bounds, target.bounds[0]); found {
		return -i, true
	}
	i, found := slices.BinarySearch(target.bounds, source.bounds[0])
	if !found {
		i = target.defined // neither begins within the other
	}
	return i, true
}
