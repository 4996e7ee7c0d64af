package dagster

import (
	"os"
	"path/filepath"
	"testing"
)

func TestBin(t *testing.T) {
	if _, err := os.Stat(filepath.Join(Bin(t), "dagster-webserver")); err != nil {
		t.Error(err)
	}
}
