package state

import "sync"

// each calls do for 0 to n-1, some at once.
func (r *Reader) each(n int, do func(i int)) {
	if r.callers == 1 {
		for i := range n {
			do(i)
		}
		return
	}
	slots := make(chan struct{}, r.callers)
	var all sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			do(i)
		})
	}
	all.Wait()
}
