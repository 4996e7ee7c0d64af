import kinds

defs = kinds.make("plain")
