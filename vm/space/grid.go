package space

import (
	"slices"

	"auto/vm/bits"
)

// grid relates keys of two dimensions row by row: a row of the source to the rows of the
// target that outer gives, and in them its columns to those that inner gives.
type grid struct {
	rows, columns, width int // width is the number of the target's columns
	outer                lists
	inner                way
	// whole: any column is related to all of the target's.
	whole bool
}

// makeGrid makes a way of those of the dimensions.
func makeGrid(target, source side, images [2]image) way {
	rows, columns := source.dimensions[0].Len(), source.dimensions[1].Len()
	width := target.dimensions[1].Len()
	outer := makeLists(rows, images[0].way.image)
	if images[0].to == 1 {
		return crossing{columns, width, outer, makeLists(columns, images[1].way.image)}
	}
	inner, isFill := images[1].way.(fill)
	whole := isFill && slices.Equal(inner.triggers, []span{{0, int32(columns)}}) && slices.Equal(inner.targets, []span{{0, int32(width)}})
	return grid{rows, columns, width, outer, images[1].way, whole}
}

func (w grid) add(dst bits.Set, to int, src bits.Set, from int) {
	end := from + w.rows*w.columns
	for i := src.Next(from); i >= 0 && i < end; {
		row := (i - from) / w.columns
		start := from + row*w.columns
		w.addRow(dst, to, src, start, w.outer.image(row))
		i = src.Next(start + w.columns)
	}
}

// addRow relates a row of the source that begins at start.
func (w grid) addRow(dst bits.Set, to int, src bits.Set, start int, rows []span) {
	for _, s := range rows {
		lo, hi := int(s.lo), int(s.hi)
		if w.whole {
			dst.AddRange(to+lo*w.width, to+hi*w.width)
			continue
		}
		for r := lo; r < hi; r++ {
			w.inner.add(dst, to+r*w.width, src, start)
		}
	}
}

func (w grid) image(i int) (spans []span) {
	if i >= w.rows*w.columns {
		return nil
	}
	return product(w.outer.image(i/w.columns), w.inner.image(i%w.columns), w.width)
}

// product gives the numbers of the columns in each of the rows.
func product(rows, columns []span, width int) (spans []span) {
	for _, r := range rows {
		for row := r.lo; row < r.hi; row++ {
			for _, c := range columns {
				spans = append(spans, span{row*int32(width) + c.lo, row*int32(width) + c.hi})
			}
		}
	}
	return spans
}

// crossing relates keys of two dimensions where the first of the source belongs to the
// second of the target.
type crossing struct {
	columns, width int
	// first gives columns of the target for a row, second rows for a column.
	first, second lists
}

func (w crossing) add(dst bits.Set, to int, src bits.Set, from int) {
	end := from + (len(w.first.starts)-1)*w.columns
	for i := src.Next(from); i >= 0 && i < end; i = src.Next(i + 1) {
		columns := w.first.image((i - from) / w.columns)
		for _, rows := range w.second.image((i - from) % w.columns) {
			for r := int(rows.lo); r < int(rows.hi); r++ {
				addSpans(dst, to+r*w.width, columns)
			}
		}
	}
}

func (w crossing) image(i int) []span {
	if i >= (len(w.first.starts)-1)*w.columns {
		return nil
	}
	return product(w.second.image(i%w.columns), w.first.image(i/w.columns), w.width)
}
