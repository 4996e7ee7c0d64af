package state

import "sync"

// each calls do for 0 to n-1, some at once, and gives the first error by number.
func each(n int, do func(i int) error) error {
	errs := make([]error, n)
	slots := make(chan struct{}, workers)
	var all sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			errs[i] = do(i)
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
