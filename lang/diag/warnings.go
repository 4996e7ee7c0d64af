package diag

// A3xx: what runs, but is surely not meant.
var warningEntries = []Entry{}
