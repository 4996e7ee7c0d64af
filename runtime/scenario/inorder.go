package scenario

// mostCompared is the greatest product of two lengths for which lists are aligned; longer
// ones are told place by place.
const mostCompared = 1_000_000

// differInOrder compares lists whose order counts: what is wanted and did not come, and what
// came and was not wanted, is told item by item.
func differInOrder[T item[T]](c *comparison, part string, want, got []T) {
	first := 0
	for first < min(len(want), len(got)) && want[first].fits(got[first]) {
		first++
	}
	want, got = want[first:], got[first:]
	fits := func(i, j int) bool { return want[i].fits(got[j]) }
	wanted := func(i int) { c.differ(part, "", nil, flowText(want[i].text), "") }
	came := func(j int) { c.differ(part, "", nil, "", flowText(got[j].plain().text)) }
	if len(want)*len(got) > mostCompared {
		placeByPlace(len(want), len(got), fits, wanted, came)
		return
	}
	aligned(len(want), len(got), fits, wanted, came)
}

// placeByPlace tells of each place at which two lists of n and m items differ.
func placeByPlace(n, m int, same func(i, j int) bool, wanted, came func(int)) {
	for i := range max(n, m) {
		if i < n && i < m && same(i, i) {
			continue
		}
		if i < n {
			wanted(i)
		}
		if i < m {
			came(i)
		}
	}
}

// aligned tells of what is beside the longest common subsequence of two lists.
func aligned(n, m int, same func(i, j int) bool, wanted, came func(int)) {
	common := commonLengths(n, m, same)
	for i, j := 0, 0; i < n || j < m; {
		switch {
		case i < n && j < m && same(i, j) && common[i][j] == common[i+1][j+1]+1:
			i, j = i+1, j+1
		case j == m || i < n && common[i+1][j] >= common[i][j+1]:
			wanted(i)
			i++
		default:
			came(j)
			j++
		}
	}
}

// commonLengths gives, for each place of two lists, how long the longest common subsequence
// is from there on.
func commonLengths(n, m int, same func(i, j int) bool) [][]int {
	common := make([][]int, n+1)
	common[n] = make([]int, m+1)
	for i := n - 1; i >= 0; i-- {
		common[i] = make([]int, m+1)
		for j := m - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if same(i, j) {
				common[i][j] = max(common[i][j], common[i+1][j+1]+1)
			}
		}
	}
	return common
}
