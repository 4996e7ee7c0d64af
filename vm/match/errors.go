package match

// Error says what is wrong with a pattern.
type Error struct {
	Kind ErrorKind
	// Offset and Length are the bytes of the pattern's text that it is about.
	Offset, Length int
	// Message says in a sentence what is wrong, Help what to write instead.
	Message, Help string
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

// ErrorKind tells kinds of mistakes apart.
type ErrorKind int

// The kinds of mistakes.
const (
	// Syntax: the pattern cannot be read.
	Syntax ErrorKind = iota
	// Braces: what stands in braces is neither a capture nor alternatives.
	Braces
	// Lookaround: a regular expression uses lookahead, lookbehind or a
	// back-reference, which RE2 has not.
	Lookaround
	// Stars: `**` does not stand alone between slashes, or in a name.
	Stars
	// Class: a `[…]` that is not closed or empty.
	Class
	// Adjacent: two captures have nothing between them.
	Adjacent
	// Format: a time format has an unknown directive or no date.
	Format
	// Twice: a name is captured twice.
	Twice
)
