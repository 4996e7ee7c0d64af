package diag

// A2xx: files blocks.
var fileEntries = []Entry{}
