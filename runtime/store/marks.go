package store

import "context"

// Marks keep what a reader of another system remembers of it, outside the journal: how far
// it has read, what it gave up. Losing them loses no input, only time.
type Marks interface {
	MarksReader
	// PutMarks keeps bodies by name, in place of older ones, in one transaction; a nil body
	// removes its name.
	PutMarks(ctx context.Context, marks map[string][]byte) error
}

// MarksReader is what of them only reads.
type MarksReader interface {
	// Marks calls yield for the marks whose names begin with a prefix, by name, byte by byte.
	Marks(ctx context.Context, prefix string, yield func(Mark) error) error
}

// Mark is a body with its name.
type Mark struct {
	Name string
	Body []byte
}
