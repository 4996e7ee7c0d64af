package facts

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"maps"
	"slices"
)

// writer writes numbers and texts; the first error stays.
type writer struct {
	to  *bufio.Writer
	sum hash.Hash32
	err error
}

func newWriter(to io.Writer) *writer {
	sum := crc32.NewIEEE()
	return &writer{to: bufio.NewWriterSize(io.MultiWriter(to, sum), 1<<16), sum: sum}
}

func (w *writer) bytes(b []byte) {
	if w.err == nil {
		_, w.err = w.to.Write(b)
	}
}

func (w *writer) uint(v uint64) { w.bytes(binary.AppendUvarint(w.to.AvailableBuffer(), v)) }

func (w *writer) int(v int64) { w.bytes(binary.AppendVarint(w.to.AvailableBuffer(), v)) }

func (w *writer) bool(v bool) {
	if v {
		w.uint(1)
	} else {
		w.uint(0)
	}
}

func (w *writer) text(s string) {
	w.uint(uint64(len(s)))
	if w.err == nil {
		_, w.err = w.to.WriteString(s)
	}
}

func (w *writer) word(v uint64) { w.bytes(binary.LittleEndian.AppendUint64(w.to.AvailableBuffer(), v)) }

// words writes a list of words without trailing zeroes.
func (w *writer) words(list []uint64) {
	for len(list) > 0 && list[len(list)-1] == 0 {
		list = list[:len(list)-1]
	}
	w.uint(uint64(len(list)))
	for _, v := range list {
		w.word(v)
	}
}

// close writes the checksum of all that was written.
func (w *writer) close() error {
	if w.err == nil {
		w.err = w.to.Flush()
	}
	w.bytes(binary.LittleEndian.AppendUint32(nil, w.sum.Sum32()))
	if w.err == nil {
		w.err = w.to.Flush()
	}
	return w.err
}

// list writes a list with its length.
func list[T any](w *writer, all []T, write func(T)) {
	w.uint(uint64(len(all)))
	for _, v := range all {
		write(v)
	}
}

// sorted writes a map in the order of its keys.
func sorted[K int32 | string, V any](w *writer, all map[K]V, write func(K, V)) {
	list(w, slices.Sorted(maps.Keys(all)), func(key K) { write(key, all[key]) })
}

// errDamaged is a snapshot that does not say what a world can be.
var errDamaged = errors.New("the snapshot of what is known is damaged")

// reader reads what a writer wrote. After the first error everything is zero.
type reader struct {
	from *bufio.Reader
	sum  hash.Hash32
	err  error
}

func newReader(from io.Reader) *reader {
	return &reader{from: bufio.NewReaderSize(from, 1<<16), sum: crc32.NewIEEE()}
}

// fail notes what is wrong.
func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s", errDamaged, fmt.Sprintf(format, args...))
	}
}

// failed takes over an error of reading.
func (r *reader) failed(err error) bool {
	if r.err == nil && err != nil {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			r.fail("it ends too early")
		} else {
			r.err = err
		}
	}
	return r.err != nil
}

// ReadByte implements io.ByteReader.
func (r *reader) ReadByte() (byte, error) {
	b, err := r.from.ReadByte()
	if !r.failed(err) {
		r.sum.Write([]byte{b})
	}
	return b, err
}

// bytes reads so many bytes. They are read in pieces, because a damaged number may ask for
// more than there is.
func (r *reader) bytes(n uint64) []byte {
	var all []byte
	for n > 0 && r.err == nil {
		piece := make([]byte, min(n, 1<<16))
		if _, err := io.ReadFull(r.from, piece); r.failed(err) {
			return nil
		}
		all, n = append(all, piece...), n-uint64(len(piece))
	}
	r.sum.Write(all)
	return all
}

func (r *reader) uint() uint64 {
	if r.err != nil {
		return 0
	}
	v, err := binary.ReadUvarint(r)
	if r.failedNumber(err) {
		return 0
	}
	return v
}

func (r *reader) int() int64 {
	if r.err != nil {
		return 0
	}
	v, err := binary.ReadVarint(r)
	if r.failedNumber(err) {
		return 0
	}
	return v
}

// failedNumber reports whether a number was read with an error: one of reading was noted.
func (r *reader) failedNumber(err error) bool {
	if err != nil {
		r.fail("a number has too many digits")
	}
	return err != nil
}

func (r *reader) bool() bool { return r.below(2) == 1 }

func (r *reader) text() string { return string(r.bytes(r.uint())) }

// below reads a number below a limit.
func (r *reader) below(limit int) int {
	v := r.uint()
	if r.err == nil && v >= uint64(max(limit, 0)) {
		r.fail("%d is beyond %d", v, limit)
		return 0
	}
	return int(v)
}

func word(raw []byte) uint64 { return binary.LittleEndian.Uint64(raw) }

// words reads a list of words.
func (r *reader) words(limit int) []uint64 {
	raw := r.bytes(8 * uint64(r.below(limit+1)))
	var all []uint64
	for ; len(raw) > 0; raw = raw[8:] {
		all = append(all, word(raw))
	}
	return all
}

// close checks the sum and that nothing follows.
func (r *reader) close() error {
	want := r.sum.Sum32()
	raw := r.bytes(4)
	if r.err == nil && binary.LittleEndian.Uint32(raw) != want {
		r.fail("its checksum is another one")
	}
	if r.err == nil {
		if _, err := r.from.ReadByte(); err != io.EOF {
			r.fail("something follows its end")
		}
	}
	return r.err
}

// each reads as many things as a list has.
func (r *reader) each(read func()) {
	for n := r.uint(); n > 0 && r.err == nil; n-- {
		read()
	}
}
