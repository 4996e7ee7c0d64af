# Shortcuts; README.md has the two commands that matter.
.PHONY: build test docs bench ci

build: ; go build -o .bin/auto ./cmd/auto
test: ; go test ./...
docs: ; go test ./... -run 'Golden|Docs' -update
bench: ; go test ./... -run '^$$' -bench . -benchmem
ci: ; .ci/run
