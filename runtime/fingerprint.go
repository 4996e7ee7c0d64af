package runtime

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"auto/runtime/project"
)

// fingerprint changes when a file of the project does, or when one comes or goes in the
// folders that it reads.
func fingerprint(p *project.Project) string {
	hash := sha256.New()
	folders := map[string]bool{p.Dir: true}
	for _, name := range p.Files {
		folders[filepath.Dir(name)] = true
		info, err := os.Stat(name)
		if err != nil {
			fmt.Fprintln(hash, name, "missing")
			continue
		}
		fmt.Fprintln(hash, name, info.Size(), info.ModTime().UnixNano())
	}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		for _, pattern := range []string{"*.auto", "*.yaml"} {
			names, err := filepath.Glob(filepath.Join(folder, pattern))
			if err == nil {
				fmt.Fprintln(hash, len(names))
			}
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}
