package code

// Verify stands for the one that is being written.
func Verify(p *Program) error { return nil }
