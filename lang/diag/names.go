package diag

// A1xx: names and types.
var nameEntries = []Entry{}
