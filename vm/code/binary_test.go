package code

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"runtime"
	"strings"
	"testing"
)

// bodyOf gives what lies between header and checksum, seal puts them around it.
func bodyOf(p *Program) []byte {
	data := Encode(p)
	return data[headerSize : len(data)-trailerSize]
}

func seal(body []byte) []byte {
	data := append(binary.LittleEndian.AppendUint16([]byte(magic), FormatVersion), body...)
	return binary.LittleEndian.AppendUint32(data, crc32.Checksum(data, castagnoli))
}

func TestDecodeErrors(t *testing.T) {
	good := Encode(parse(t, example))
	change := func(at int) []byte {
		data := bytes.Clone(good)
		data[at]++
		return data
	}
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "it does not begin as a compiled program does"},
		{"text", []byte(example), "it does not begin as a compiled program does"},
		{"magic only", []byte(magic), "it does not begin as a compiled program does"},
		{"newer version", change(len(magic)), "the program has version 2 of the format, version 1 can be read; compile the condition again"},
		{"damaged", change(headerSize + 9), "the checksum of the program is wrong: it is damaged or cut off"},
		{"cut off", good[:len(good)-1], "the checksum of the program is wrong: it is damaged or cut off"},
		{"empty", seal(nil), "the program cannot be read: it ends too early, or a number is too large"},
		{"too long", seal(append(bodyOf(parse(t, example)), 0)), "the program cannot be read: 1 bytes follow the program"},
		{"a huge table", seal(binary.AppendVarint(nil, 1<<40)), "the program cannot be read: 1099511627776 entries or bytes do not fit into what follows"},
		{"a table of negative length", seal(binary.AppendVarint(nil, -1)), "the program cannot be read: -1 entries or bytes do not fit into what follows"},
		{"a number that is too large", seal(append([]byte{2}, binary.AppendVarint(nil, 300)...)), "the program cannot be read: the number 300 is too large for its place"},
		{"a bool that is none", seal([]byte{2, 2, 0, 4, 0, 0, 0}), "the program cannot be read: 2 is neither 0 nor 1"},
		{"tags out of order", seal([]byte{2, 30, 0, 0, 2, 4, 2, 'b', 0, 2, 'a', 0, 0, 0, 0}), "the program cannot be read: tags are not in order"},
		{"no blocks", Encode(&Program{Nodes: []Node{{Name: "AND"}}}), "the program cannot be run: program: it needs a block and a node"},
	} {
		p, err := Decode(c.data)
		if p != nil || err == nil || err.Error() != c.want {
			t.Errorf("%s: have %v, want %s", c.name, err, c.want)
		}
	}
}

// TestDecodeMemory holds the memory of a small input that promises much to be small.
func TestDecodeMemory(t *testing.T) {
	body := make([]byte, 1<<16)
	copy(body, binary.AppendVarint(nil, 1<<15)) // facts, each of which takes four bytes
	data := seal(body)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := Decode(data); err == nil {
		t.Fatal("it is a program")
	}
	runtime.ReadMemStats(&after)
	if per := (after.TotalAlloc - before.TotalAlloc) / uint64(len(data)); per > 200 {
		t.Errorf("%d bytes of memory per byte of data", per)
	}
}

func TestEqual(t *testing.T) {
	p := parse(t, example)
	if q := parse(t, p.Text()); !p.Equal(q) || p.Sum() != q.Sum() {
		t.Error("equal programs differ")
	}
	q := parse(t, strings.Replace(example, `label "updated"`, `label "late"`, 1))
	if p.Equal(q) || p.Sum() == q.Sum() {
		t.Error("labels make no difference")
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range files(f) {
		f.Add(Encode(parse(f, text)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Decode(data)
		if err == nil {
			roundTrip(t, p)
		}
	})
}
