package sbom

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

func spdxTagValue() Format {
	return Format{
		Name:   "spdx-tagvalue",
		Title:  "SPDX 2.1 to 2.3, tag-value",
		Expect: `SPDX tag-value (lines such as "SPDXVersion: SPDX-2.3")`,
		Detect: detectSPDXTagValue,
		Read:   readSPDXTagValue,
	}
}

func detectSPDXTagValue(s Sample) float64 {
	begins := func(tag string) bool {
		return bytes.HasPrefix(s.Head, []byte(tag)) || bytes.Contains(s.Head, []byte("\n"+tag))
	}
	switch {
	case begins("SPDXVersion:"):
		return 1
	case begins("PackageName:") && (begins("SPDXID:") || begins("PackageDownloadLocation:")):
		return 0.8 // damaged
	}
	return 0
}

// tagValueReader reads the tag-value encoding of SPDX 2: lines of "Tag: value",
// where a value in <text> may go over many lines. A tag belongs to the element that
// was begun last.
type tagValueReader struct {
	lines   *bufio.Reader
	doc     *spdxDocument
	opt     Options
	offset  int64 // of the line being read
	next    int64 // of the line after it
	line    int
	section string // document, package, file, snippet, other
	seen    []tagSeen
	early   string // an id that some tools write before the element it is of
	pack    spdxPart
	file    tagFile
}

// tagSeen is a tag of the element that was begun last, for tags given twice.
type tagSeen struct{ tag, value string }

type tagFile struct {
	ref, name, pointer string
	hashed             bool
}

func readSPDXTagValue(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	doc := newSPDXDocument(src, "spdx-tagvalue", emit)
	r := &tagValueReader{lines: tagValueLines(src.Reader), doc: doc, opt: src.Options, section: "document"}
	if err := r.document(); err != nil {
		return Info{Version: doc.version}, err
	}
	return doc.finish()
}

// tagValueLines reads text in which a bare carriage return ends a line, as on old
// systems, as if it were a line feed.
func tagValueLines(r io.Reader) *bufio.Reader {
	lines := bufio.NewReaderSize(r, headSize)
	head, _ := lines.Peek(headSize)                                            // an error comes again when lines are read
	if bytes.Count(head, []byte("\r")) > bytes.Count(head, []byte("\r\n"))+1 { // one may be cut off
		return bufio.NewReaderSize(lineFeeds{lines}, headSize)
	}
	return lines
}

type lineFeeds struct{ r io.Reader }

func (l lineFeeds) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

func (r *tagValueReader) document() error {
	for {
		text, err := r.readLine()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		text = bytes.TrimSpace(text)
		if len(text) == 0 || text[0] == '#' {
			continue
		}
		tag, value, err := r.pair(text)
		if err != nil {
			return err
		}
		if err := r.take(tag, value); err != nil {
			return err
		}
	}
	if err := r.endSection(); err != nil {
		return err
	}
	if r.early != "" {
		r.doc.faults.add("id without an element", "", fmt.Sprintf("SPDXID %q is of nothing", short(r.early)))
	}
	if r.doc.version == "" {
		return errors.New("the document has no SPDXVersion: which version of SPDX it follows is not known")
	}
	return nil
}

// readLine reads a line without its end. The bytes are valid until the next read.
func (r *tagValueReader) readLine() ([]byte, error) {
	r.offset = r.next
	line, err := r.lines.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		whole := bytes.Clone(line)
		for err == bufio.ErrBufferFull && len(whole) <= r.opt.MaxString {
			line, err = r.lines.ReadSlice('\n')
			whole = append(whole, line...)
		}
		line = whole
	}
	if len(line) > r.opt.MaxString {
		return nil, fmt.Errorf("at byte %d: a line longer than %d bytes", r.offset, r.opt.MaxString)
	}
	if err != nil && (err != io.EOF || len(line) == 0) {
		return nil, err
	}
	r.next += int64(len(line))
	r.line++
	if !utf8.Valid(line) {
		return nil, fmt.Errorf("at byte %d (line %d): invalid UTF-8: convert the file to UTF-8", r.offset+int64(firstInvalid(line)), r.line)
	}
	return bytes.TrimRight(line, "\r\n"), nil
}

// firstInvalid returns where text stops being UTF-8.
func firstInvalid(text []byte) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(text)
}

// pair splits a line into tag and value, and reads on when the value is a <text>.
func (r *tagValueReader) pair(line []byte) (tag, value string, err error) {
	before, after, ok := bytes.Cut(line, []byte(":"))
	if !ok || !isTag(before) {
		return "", "", fmt.Errorf(`at byte %d (line %d): expected "Tag: value"`, r.offset, r.line)
	}
	tag, value = string(before), string(bytes.TrimSpace(after))
	rest, ok := strings.CutPrefix(value, "<text>")
	if !ok {
		return tag, value, nil
	}
	var b strings.Builder
	start, at := r.line, r.offset
	for {
		text, end, found := strings.Cut(rest, "</text>")
		if b.Len()+len(text) > r.opt.MaxString {
			return "", "", fmt.Errorf("at byte %d (line %d): a <text> longer than %d bytes", at, start, r.opt.MaxString)
		}
		b.WriteString(text)
		if found {
			if strings.TrimSpace(end) != "" {
				return "", "", fmt.Errorf("at byte %d (line %d): more follows </text>", r.offset, r.line)
			}
			return tag, b.String(), nil
		}
		b.WriteByte('\n')
		next, err := r.readLine()
		if err == io.EOF {
			return "", "", fmt.Errorf("at byte %d: the document ends inside the <text> that began in line %d: it is cut off", r.offset, start)
		}
		if err != nil {
			return "", "", err
		}
		rest = string(next)
	}
}

func isTag(text []byte) bool {
	for _, c := range text {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return len(text) > 0
}

// take takes one tag: it begins an element, or belongs to the one begun last, or to
// none.
func (r *tagValueReader) take(tag, value string) error {
	switch tag {
	case "PackageName":
		return r.begin("package", func() {
			r.pack.reset()
			r.pack.Name, r.pack.Pointer, r.pack.Ref = value, r.place(), r.earlyID()
		})
	case "FileName":
		return r.begin("file", func() { r.file = tagFile{name: value, pointer: r.place(), ref: r.earlyID()} })
	case "SnippetSPDXID", "SnippetSPDXIdentifier":
		return r.begin("snippet", func() { r.doc.refs.declare(value, "", "") })
	case "LicenseID":
		return r.begin("other", func() {})
	case "Relationship":
		return r.relationship(value)
	case "SPDXVersion":
		return r.doc.setVersion(value)
	}
	if tag == "SPDXID" && r.hasID() {
		if r.early != "" {
			r.doc.faults.add("id without an element", r.place(), fmt.Sprintf("SPDXID %q is of nothing", short(r.early)))
		}
		r.early = value
		return nil
	}
	if twice, err := r.repeated(tag, value); twice || err != nil {
		return err
	}
	switch r.section {
	case "document":
		r.documentTag(tag, value)
	case "package":
		r.packageTag(tag, value)
	case "file":
		r.fileTag(tag, value)
	}
	return nil
}

// hasID tells whether the element that was begun last has its id.
func (r *tagValueReader) hasID() bool {
	return r.section == "other" || slices.ContainsFunc(r.seen, func(s tagSeen) bool { return s.tag == "SPDXID" })
}

// earlyID returns the id that stood before the element that begins, if any.
func (r *tagValueReader) earlyID() string {
	id := r.early
	if r.early = ""; id != "" {
		r.seen = append(r.seen, tagSeen{"SPDXID", id})
	}
	return id
}

func (r *tagValueReader) place() string { return fmt.Sprintf("line %d", r.line) }

// begin ends the element before and begins another.
func (r *tagValueReader) begin(section string, set func()) error {
	if err := r.endSection(); err != nil {
		return err
	}
	r.section, r.seen = section, r.seen[:0]
	set()
	return nil
}

func (r *tagValueReader) endSection() error {
	switch r.section {
	case "package":
		r.section = "other"
		return r.doc.part(&r.pack)
	case "file":
		r.section = "other"
		return r.doc.file(r.file.ref, r.file.name, r.file.pointer, r.file.hashed)
	}
	return nil
}

// onceTags are the tags that may stand only once in an element and that are read.
func onceTags() []string {
	return []string{"SPDXID", "DocumentName", "Created", "PackageVersion", "PackageSupplier", "PackageOriginator",
		"PackageDownloadLocation", "PackageHomePage", "PackageLicenseConcluded", "PackageLicenseDeclared", "PrimaryPackagePurpose"}
}

// repeated reports a tag that the element had before, in this case or another.
func (r *tagValueReader) repeated(tag, value string) (bool, error) {
	if !slices.ContainsFunc(onceTags(), func(t string) bool { return strings.EqualFold(t, tag) }) {
		return false, nil
	}
	for _, s := range r.seen {
		if !strings.EqualFold(s.tag, tag) {
			continue
		}
		reason := fmt.Sprintf("tag %s is given twice, as %q and as %q", tag, s.value, short(value))
		if s.tag != tag {
			reason = fmt.Sprintf("tags %s and %s differ only in case, with values %q and %q", s.tag, tag, s.value, short(value))
		}
		if !r.opt.Lenient {
			return true, fmt.Errorf("%s (byte %d): %s: tools disagree on which counts; correct the file, or use --lenient to take the first", r.place(), r.offset, reason)
		}
		r.doc.faults.add("tag given twice", r.place(), reason+"; the first is taken")
		return true, nil
	}
	r.seen = append(r.seen, tagSeen{tag, short(value)})
	return false, nil
}

func (r *tagValueReader) documentTag(tag, value string) {
	switch tag {
	case "SPDXID":
		r.doc.setID(value)
	case "DocumentName":
		r.doc.name = value
	case "Created":
		r.doc.bom.Created = value
	case "Creator":
		r.doc.creator(value)
	case "ExternalDocumentRef": // "DocumentRef-name address SHA1: hash"
		name, _, _ := strings.Cut(value, " ")
		r.doc.otherDocument(name)
	}
}

func (r *tagValueReader) packageTag(tag, value string) {
	p := &r.pack
	switch tag {
	case "SPDXID":
		p.Ref = value
	case "PackageVersion":
		p.Version = value
	case "PackageSupplier":
		p.Supplier = r.doc.agent(value)
	case "PackageOriginator":
		p.Manufacturer = r.doc.agent(value)
	case "PackageDownloadLocation":
		p.setLocation(value)
	case "PackageHomePage":
		p.setHomepage(value)
	case "PackageLicenseConcluded", "PackageLicenseDeclared":
		p.addLicence(value)
	case "PrimaryPackagePurpose":
		r.doc.setPurpose(p, value)
	case "PackageDescription", "PackageSummary":
		p.setDescription(strings.TrimSpace(value), tag == "PackageSummary")
	case "PackageChecksum":
		p.Hashed = r.checksum(value) || p.Hashed
	case "PackageVerificationCode":
		p.Hashed = true
	case "ExternalRef":
		fields := strings.Fields(value)
		if len(fields) != 3 {
			r.doc.faults.add("invalid external reference", r.place(), "an external reference needs a category, a type and a locator")
			return
		}
		r.doc.externalRef(p, []byte(fields[1]), []byte(fields[2]))
	}
}

func (r *tagValueReader) fileTag(tag, value string) {
	switch tag {
	case "SPDXID":
		r.file.ref = value
	case "FileChecksum":
		if r.doc.packages == 0 {
			r.file.hashed = r.checksum(value) || r.file.hashed
		}
	}
}

func (r *tagValueReader) checksum(value string) bool {
	algorithm, content, _ := strings.Cut(value, ":")
	return r.doc.checksum([]byte(strings.TrimSpace(algorithm)), []byte(strings.TrimSpace(content)), r.place())
}

func (r *tagValueReader) relationship(value string) error {
	fields := strings.Fields(value)
	if len(fields) != 3 {
		r.doc.faults.add("incomplete relationship", r.place(), "a relationship needs an element, a type and another element")
		return nil
	}
	r.doc.relationship([]byte(fields[0]), []byte(fields[1]), []byte(fields[2]), "line ", r.line)
	return r.doc.faults.err
}
