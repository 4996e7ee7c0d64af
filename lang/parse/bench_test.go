package parse_test

import (
	"fmt"
	"strings"
	"testing"

	"auto/internal/samples"
	"auto/lang/parse"
	"auto/lang/source"
)

// BenchmarkFile reads one policy file.
func BenchmarkFile(b *testing.B) {
	text := samples.Policies()["policies/05_files_to_partitions.auto"]
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		parse.File(source.New("x", text))
	}
}

// BenchmarkFiles reads 500 policy files of 1.7 KB on average.
func BenchmarkFiles(b *testing.B) {
	var sources []*source.File
	bytes := 0
	for i := range 500 {
		text := sized(samples.Policies(), i, 1400)
		bytes += len(text)
		sources = append(sources, source.New(fmt.Sprintf("%d.auto", i), text))
	}
	b.SetBytes(int64(bytes))
	b.ResetTimer()
	for b.Loop() {
		if _, found := parse.Files(sources); len(found) > 0 {
			b.Fatal(found[0])
		}
	}
}

// sized joins samples from the n-th on until they have at least so many bytes.
func sized(texts map[string]string, n, size int) string {
	var out strings.Builder
	for i := n; out.Len() < size; i++ {
		for name, text := range texts {
			if strings.HasPrefix(name, fmt.Sprintf("policies/%02d_", i%15+1)) {
				out.WriteString(text)
			}
		}
	}
	return out.String()
}

// BenchmarkBroken reads a file in which most declarations have a mistake.
func BenchmarkBroken(b *testing.B) {
	text := samples.Broken()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		parse.File(source.New("x", text))
	}
}
