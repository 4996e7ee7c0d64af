package code

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"math"
	"slices"
	"time"
)

// FormatVersion is the version of the binary form that this package reads and writes.
const FormatVersion = 1

// magic begins the binary form, the version follows it. The checksum is the last 4 bytes.
const (
	magic       = "auto"
	headerSize  = len(magic) + 2
	trailerSize = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Encode gives the binary form: "auto", the version in two bytes, the program, and a
// CRC-32C of all that in four; numbers are little-endian, in the program varints. Equal
// programs have equal bytes.
func Encode(p *Program) []byte {
	w := &wire{out: binary.LittleEndian.AppendUint16([]byte(magic), FormatVersion)}
	w.program(p)
	return binary.LittleEndian.AppendUint32(w.out, crc32.Checksum(w.out, castagnoli))
}

// Decode reads the binary form and verifies the program. It takes no more memory than a
// small multiple of the data. The error says why it is none, or has Flaws.
func Decode(data []byte) (*Program, error) {
	body, err := open(data)
	if err != nil {
		return nil, err
	}
	r := &wire{reading: true, in: body}
	p := &Program{}
	r.program(p)
	if len(r.in) > 0 {
		r.fail("%d bytes follow the program", len(r.in))
	}
	if r.err != nil {
		return nil, fmt.Errorf("the program cannot be read: %w", r.err)
	}
	if err := Verify(p); err != nil {
		return nil, fmt.Errorf("the program cannot be run: %w", err)
	}
	return p, nil
}

// open gives what lies between header and checksum.
func open(data []byte) ([]byte, error) {
	if len(data) < headerSize+trailerSize || string(data[:len(magic)]) != magic {
		return nil, errors.New("it does not begin as a compiled program does")
	}
	if v := binary.LittleEndian.Uint16(data[len(magic):]); v != FormatVersion {
		return nil, fmt.Errorf("the program has version %d of the format, version %d can be read; compile the condition again", v, FormatVersion)
	}
	end := len(data) - trailerSize
	if crc32.Checksum(data[:end], castagnoli) != binary.LittleEndian.Uint32(data[end:]) {
		return nil, errors.New("the checksum of the program is wrong: it is damaged or cut off")
	}
	return data[headerSize:end], nil
}

// Equal reports whether two programs are equal in everything, names and labels too.
func (p *Program) Equal(o *Program) bool { return bytes.Equal(Encode(p), Encode(o)) }

// Sum gives a hash that equal programs have in common, and others with no probability
// that matters: a key for what is shared between assets.
func (p *Program) Sum() [sha256.Size]byte { return sha256.Sum256(Encode(p)) }

// wire writes a program or reads one: one description (program and what it calls) is both.
// While it writes it does not change the program.
type wire struct {
	reading bool
	out, in []byte
	err     error
	// longest and total measure the texts that were written.
	longest, total int
}

func (w *wire) program(p *Program) {
	list(w, &p.Facts, w.fact)
	list(w, &p.Crons, func(c *Cron) { w.text(&c.Schedule); w.text(&c.Zone) })
	list(w, &p.Filters, w.filter)
	list(w, &p.Keys, w.text)
	list(w, &p.States, w.state)
	list(w, &p.Times, w.time)
	list(w, &p.Blocks, w.block)
	list(w, &p.Nodes, w.node)
	list(w, &p.Rules, w.rule)
	list(w, &p.Targets, func(t *FileTarget) { w.text(&t.Text) })
}

func (w *wire) fact(f *Fact) {
	number(w, &f.Kind)
	duration(w, &f.Lookback)
	optional(w, &f.TagKeys, w.text)
	w.tags(&f.TagValues)
}

// tags are written in the order of their keys.
func (w *wire) tags(tags *map[string]string) {
	type tag struct{ key, value string }
	var all []tag
	if *tags != nil {
		all = []tag{}
	}
	for _, key := range slices.Sorted(maps.Keys(*tags)) {
		all = append(all, tag{key, (*tags)[key]})
	}
	optional(w, &all, func(t *tag) { w.text(&t.key); w.text(&t.value) })
	if !w.reading || all == nil {
		return
	}
	read := make(map[string]string, len(all))
	for i, t := range all {
		if i > 0 && all[i-1].key >= t.key {
			w.fail("tags are not in order")
		}
		read[t.key] = t.value
	}
	*tags = read
}

func (w *wire) filter(f *Filter) {
	w.text(&f.Text)
	optional(w, &f.Allow, w.text)
	list(w, &f.Ignore, w.text)
	w.bool(&f.Blocking)
}

func (w *wire) state(s *State) {
	number(w, &s.Kind)
	list(w, &s.Parts, func(p *Part) { w.text(&p.Name); number(w, &p.State) })
	list(w, &s.Path, func(s *Step) {
		number(w, &s.Index)
		w.text(&s.Name)
		number(w, &s.Depth)
		number(w, &s.State)
		number(w, &s.At)
	})
	number(w, &s.Trigger)
	number(w, &s.Reset)
}

func (w *wire) time(t *Time) {
	number(w, &t.Kind)
	for _, n := range []*uint16{&t.Block, &t.Register, &t.Cron, &t.Call, &t.Inner} {
		number(w, n)
	}
}

func (w *wire) block(b *Block) {
	number(w, &b.Registers)
	number(w, &b.Node)
	list(w, &b.Code, func(in *Instr) {
		number(w, &in.Op)
		for i := range in.Args {
			number(w, &in.Args[i])
		}
	})
}

func (w *wire) node(n *Node) {
	w.text(&n.Name)
	w.text(&n.Label)
	for _, x := range []*uint16{&n.Block, &n.Result, &n.Candidates, &n.Call, &n.State} {
		number(w, x)
	}
	list(w, &n.Children, func(c *uint16) { number(w, c) })
	w.bool(&n.Matches)
}

func (w *wire) rule(r *FileRule) {
	w.text(&r.Name)
	w.text(&r.Pattern)
	w.text(&r.Folder)
	list(w, &r.Targets, func(t *uint16) { number(w, t) })
}

func (w *wire) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
	w.in = nil
}

// varint passes one number on, the given one or the one that is read.
func (w *wire) varint(n int64) int64 {
	if !w.reading {
		w.out = binary.AppendVarint(w.out, n)
		return n
	}
	n, size := binary.Varint(w.in)
	if size <= 0 {
		w.fail("it ends too early, or a number is too large")
		return 0
	}
	w.in = w.in[size:]
	return n
}

// number is any number of a program.
func number[T ~uint8 | ~uint16 | ~int16 | ~int](w *wire, n *T) {
	got := w.varint(int64(*n))
	if !w.reading {
		return
	}
	if *n = T(got); int64(*n) != got {
		w.fail("the number %d is too large for its place", got)
	}
}

func duration(w *wire, d *time.Duration) {
	if got := w.varint(int64(*d)); w.reading {
		*d = time.Duration(got)
	}
}

func (w *wire) bool(b *bool) {
	n := 0
	if *b {
		n = 1
	}
	if number(w, &n); w.reading {
		*b = n == 1
		if n != 0 && n != 1 {
			w.fail("%d is neither 0 nor 1", n)
		}
	}
}

func (w *wire) text(s *string) {
	if !w.reading {
		w.longest, w.total = max(w.longest, len(*s)), w.total+len(*s)
		w.varint(int64(len(*s)))
		w.out = append(w.out, *s...)
		return
	}
	n := w.length(0)
	*s = string(w.in[:n])
	w.in = w.in[n:]
}

// length passes on how many entries or bytes follow; each takes a byte at least.
func (w *wire) length(n int) int {
	got := w.varint(int64(n))
	if w.reading && (got < 0 || got > int64(len(w.in)) || got > math.MaxInt32) {
		w.fail("%d entries or bytes do not fit into what follows", got)
		return 0
	}
	return int(got)
}

// list is a table; an empty one is read as nil.
func list[T any](w *wire, items *[]T, each func(*T)) {
	n := w.length(len(*items))
	if !w.reading {
		for i := range *items {
			each(&(*items)[i])
		}
		return
	}
	// The list grows as it is read: a length alone takes no memory.
	for i := 0; i < n && w.err == nil; i++ {
		var item T
		each(&item)
		*items = append(*items, item)
	}
}

// optional is a list that may be nil, which means something else than an empty one.
func optional[T any](w *wire, items *[]T, each func(*T)) {
	given := *items != nil
	if w.bool(&given); w.reading && given {
		*items = []T{}
	}
	if given {
		list(w, items, each)
	}
}
