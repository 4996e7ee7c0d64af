package parse

import "time"

// Quote gives text as a string of the language.
func Quote(text string) string { return quoteText(text) }

// Duration reads a duration in the language's form, such as 1h30m; the error says what is
// wrong with any other text.
func Duration(text string) (time.Duration, error) { return readDuration(text) }
