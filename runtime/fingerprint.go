package runtime

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"

	"auto/runtime/project"
)

// fingerprint changes when a file of the project does, or when one comes or goes that the
// project would read.
func fingerprint(p *project.Project) string {
	hash := sha256.New()
	for _, name := range p.Watched() {
		info, err := os.Stat(name)
		if err != nil {
			fmt.Fprintln(hash, name, "missing")
			continue
		}
		fmt.Fprintln(hash, name, info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}
