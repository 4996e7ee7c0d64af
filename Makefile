# Shortcuts; README.md has the two commands that matter.
.PHONY: build test docs bench ci

build: ; go build -o .bin/auto ./cmd/auto
test: ; go test ./...
docs: ; go test $$(grep -rl 'flag.Bool("update"' --include='*_test.go' . | xargs -n1 dirname | sort -u) -run 'Golden|Docs' -update
bench: ; go test ./... -run '^$$' -bench . -benchmem
ci: ; .ci/run
