package sbom

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

func dsseFormat() Format {
	return Format{
		Name:   "in-toto",
		Title:  "bill of materials in an in-toto statement or a signed envelope (DSSE), one or one a line",
		Expect: `a signed envelope (an object with "payloadType" and "payload") or in-toto statement ("predicateType" and "predicate")`,
		Detect: detectDSSE,
		Read:   readDSSE,
	}
}

// detectDSSE goes by the keys at the top. A payload that comes first may be longer
// than the head: then it must begin as the base64 of a JSON object does.
func detectDSSE(s Sample) float64 {
	keys := topKeys(s.Head)
	switch {
	case keys["bomFormat"] || keys["spdxVersion"] || keys["@graph"]:
		return 0
	case isEnvelope(keys), isStatement(keys), keys["dsseEnvelope"]:
		return 1
	case keys["payload"] && len(keys) == 1 && len(s.Head) >= headSize/2:
		_, value, _ := bytes.Cut(s.Head, []byte(`"payload"`))
		value = bytes.TrimLeft(value, ": \t\r\n")
		if bytes.HasPrefix(value, []byte(`"ey`)) || bytes.HasPrefix(value, []byte(`"ew`)) { // {" and { with white space
			return 0.9
		}
	}
	return 0
}

// topKeys returns the keys of the object that a document begins with, as far as its
// head goes.
func topKeys(head []byte) map[string]bool {
	keys := make(map[string]bool)
	lookAtJSON(head, func(_ *jsonTokens, key string) error {
		keys[key] = true
		if len(keys) > maxListed {
			return errSeen
		}
		return nil
	})
	return keys
}

func isEnvelope(keys map[string]bool) bool {
	return keys["payload"] && (keys["payloadType"] || keys["signatures"])
}

func isStatement(keys map[string]bool) bool {
	return keys["predicateType"] && (keys["predicate"] || keys["subject"] || keys["_type"]) || keys["predicate"] && keys["_type"]
}

// dsseReader reads envelopes or statements: one, or several one after the other, as
// tools write them that list all that is attested of an image.
type dsseReader struct {
	ctx      context.Context
	src      *Stream
	emit     func(Record) error
	info     Info
	read     int         // bills of materials
	kind     string      // type of the predicate
	refused  error       // why the envelope holds nothing to read
	signed   bool        // inside an envelope
	held     *ProductEnd // until the signatures were seen
	counting int         // signatures of the envelope
}

func readDSSE(ctx context.Context, src *Stream, emit func(Record) error) (Info, error) {
	r := &dsseReader{ctx: ctx, src: src, emit: emit}
	in := bufio.NewReaderSize(src.Reader, headSize)
	for n := 1; ; n++ {
		err := skipSpace(in)
		if err == io.EOF && n > 1 {
			break
		}
		if err == nil {
			err = r.envelope(in)
		}
		if err != nil && n > 1 {
			err = fmt.Errorf("envelope %d: %w", n, err)
		}
		if err == nil && r.refused != nil {
			err = r.notRead(in, n)
		}
		if err != nil {
			return r.info, cutOff(err)
		}
	}
	r.info.Notes = append(r.info.Notes, "places are those inside the predicate; signatures are noted and not verified")
	return r.info, nil
}

// notRead reports an envelope that holds nothing to read: an image has attestations
// of many kinds. Only when none is to be read is the input of no use.
func (r *dsseReader) notRead(in *bufio.Reader, n int) error {
	if r.kind != "" {
		r.refused = fmt.Errorf("%w (predicate of type %q)", r.refused, short(r.kind))
	}
	if err := skipSpace(in); err == io.EOF && r.read == 0 {
		return r.refused
	}
	return r.emit(Gap{netvet.Gap{Record: fmt.Sprintf("envelope %d", n), Reason: r.refused.Error()}})
}

// skipSpace steps over white space, and returns io.EOF when nothing follows.
func skipSpace(in *bufio.Reader) error {
	for {
		b, err := in.ReadByte()
		if err != nil {
			return err
		}
		if !isJSONSpace(b) {
			return in.UnreadByte()
		}
	}
}

func isJSONSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }

// envelope reads one envelope, statement, or bundle of an envelope and what verifies
// it.
func (r *dsseReader) envelope(in *bufio.Reader) error {
	r.kind, r.refused, r.signed, r.held, r.counting = "", nil, false, nil, 0
	if err := r.members(in, "payload", "predicate", "dsseEnvelope"); err != nil {
		return err
	}
	if r.signed && r.counting == 0 && r.refused == nil {
		return errors.New("the envelope has no signature: give the document inside it, or an envelope that is signed")
	}
	return r.release()
}

// members reads an object of which one member, the first of the given names, holds
// what is to be read.
func (r *dsseReader) members(in *bufio.Reader, names ...string) error {
	cut := &memberCutter{r: in, names: names}
	j := newJSONTokens(cut, r.src.Options, func(string, string) {})
	found := false
	err := jsonDocument(j, func(key []byte) (err error) {
		name := string(key)
		switch {
		case name == "predicateType":
			r.kind, err = scalarText(j)
		case name == "signatures" && slices.Contains(names, "payload"):
			return j.array(func(int) error {
				r.counting++
				return j.skip()
			})
		case !found && cut.holds(name):
			found = true
			if err := r.value(name, cut.value()); err != nil {
				return err
			}
			return j.skip() // what stands in its place
		}
		return err
	})
	if err == nil && !found {
		r.refused = fmt.Errorf("it has no %s: there is nothing to read in it", strings.Join(names[:1], " or "))
	}
	return err
}

// value reads what one of the members holds.
func (r *dsseReader) value(name string, value *memberValue) error {
	in := bufio.NewReaderSize(value, headSize)
	if name == "payload" {
		if value.err != nil {
			return value.err
		}
		if !value.text {
			return errors.New("/payload is no string, expected base64")
		}
		r.signed = true
		in = bufio.NewReaderSize(base64.NewDecoder(base64.StdEncoding, &base64Text{r: value}), headSize)
	}
	if err := r.inner(name, in); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, in)
	return err
}

// inner reads what an envelope, a statement or the form in which some tools wrap a
// predicate holds: one of those again, further in, or the document.
func (r *dsseReader) inner(name string, in *bufio.Reader) error {
	head, err := in.Peek(headSize)
	if err != nil && err != io.EOF {
		return err
	}
	keys := topKeys(head)
	switch {
	case name == "dsseEnvelope":
		return r.members(in, "payload")
	case isEnvelope(keys) || keys["dsseEnvelope"]:
		return errors.New("an envelope inside another is not read: give the one inside")
	case name == "payload" && isStatement(keys):
		return r.members(in, "predicate")
	case name == "predicate" && keys["Data"]:
		return r.members(in, "Data")
	}
	return r.document(in, head)
}

// document reads the document in the middle by its own reader.
func (r *dsseReader) document(in *bufio.Reader, head []byte) error {
	sample := Sample{Name: r.src.Name, Head: head}
	opt := r.src.Options
	opt.Format = ""
	opt.Formats = slices.DeleteFunc(slices.Clone(opt.Formats), func(f Format) bool { return f.Rows || f.Tree || f.Name == dsseFormat().Name })
	format, err := chooseFormat(sample, opt)
	if err != nil {
		r.refused = errors.New("what it holds is not read: " + seems(sample))
		return nil
	}
	r.read++
	info, err := format.Read(r.ctx, &Stream{Name: r.src.Name, Reader: in, Options: opt}, r.record)
	r.info.Version = info.Version
	r.info.Notes = append(r.info.Notes, info.Notes...)
	return err
}

// record passes a record on. A product is as signed as its envelope, and ends only
// when that has been read to its end.
func (r *dsseReader) record(record Record) error {
	switch v := record.(type) {
	case ProductStart:
		if err := r.release(); err != nil {
			return err
		}
		v.Product.BOM.Signed = v.Product.BOM.Signed || r.signed
		return r.emit(v)
	case ProductEnd:
		v.Product.BOM.Signed = v.Product.BOM.Signed || r.signed
		r.held = &v
		return nil
	}
	return r.emit(record)
}

// release emits the end of a product that was held back.
func (r *dsseReader) release() error {
	if r.held == nil {
		return nil
	}
	end := *r.held
	r.held = nil
	return r.emit(end)
}

// base64Text makes the two alphabets of base64 one and adds the padding that is left
// out in the other.
type base64Text struct {
	r      io.Reader
	n      int // letters so far
	padded bool
}

func (b *base64Text) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	for i, c := range p[:n] {
		switch c {
		case '-':
			p[i] = '+'
		case '_':
			p[i] = '/'
		case '=':
			b.padded = true
		case '\r', '\n':
			b.n--
		}
		b.n++
	}
	if err == io.EOF && !b.padded && n < len(p) {
		for ; b.n%4 != 0 && n < len(p); n, b.n = n+1, b.n+1 {
			p[n] = '='
		}
	}
	return n, err
}
