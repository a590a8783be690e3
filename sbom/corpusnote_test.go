package sbom

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/netvet/netvet/scanner/strictyaml"
)

const (
	corpusNoteFile    = "CORPUS.md"
	corpusReasonsFile = "testdata/corpus.yaml"
)

// corpusReason explains the files of a pattern.
type corpusReason struct {
	File   string   `yaml:"file"`   // a path or glob of the manifest
	Right  string   `yaml:"right"`  // who is right where they differ: netvet, manifest or both
	Result string   `yaml:"result"` // of a file that is broken on purpose: refused, reported or read
	Why    string   `yaml:"why"`
	Proof  []string `yaml:"proof"` // texts that stand in the file
	Says   string   `yaml:"says"`  // a text in the error or the gaps of a broken file

	used bool
}

// corpusNote gathers the rows of CORPUS.md.
type corpusNote struct {
	t       *testing.T
	reasons []*corpusReason
	kinds   map[string]*corpusCount
	differ  []string
	broken  []string
	others  map[string]*corpusOther
}

type corpusCount struct{ files, explained int }

// corpusOther says what became of files of which the manifest counts nothing.
type corpusOther struct {
	files   int
	results map[string]int
}

func newCorpusNote(t *testing.T) *corpusNote {
	note := &corpusNote{t: t, kinds: make(map[string]*corpusCount), others: make(map[string]*corpusOther)}
	data, err := os.ReadFile(corpusReasonsFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := strictyaml.Decode(corpusReasonsFile, data, &note.reasons); err != nil {
		t.Fatal(err)
	}
	return note
}

// reason finds why a file differs or what becomes of it, and checks the proof.
func (n *corpusNote) reason(f *corpusFile) *corpusReason {
	for _, r := range n.reasons {
		if fits, err := path.Match(r.File, f.path); err != nil {
			n.t.Fatalf("%s: %s: %v", corpusReasonsFile, r.File, err)
		} else if !fits {
			continue
		}
		r.used = true
		for _, text := range r.Proof {
			if !bytes.Contains(f.data, []byte(text)) {
				n.t.Errorf("%s does not hold the proof %q", f.path, text)
			}
		}
		return r
	}
	return nil
}

// compare counts a file of a kind, and lists it if it differs.
func (n *corpusNote) compare(kind *corpusKind, f *corpusFile, differ []claim) {
	c := n.kinds[kind.name]
	if c == nil {
		c = new(corpusCount)
		n.kinds[kind.name] = c
	}
	c.files++
	if len(differ) == 0 {
		return
	}
	c.explained++
	var want, got []string
	for _, d := range differ {
		want, got = append(want, d.what+" "+orNothing(d.want)), append(got, d.what+" "+orNothing(d.got))
	}
	expected, read := cell(f, strings.Join(want, "; ")), cell(f, strings.Join(got, "; "))
	r := n.reason(f)
	if r == nil || r.Right == "" || r.Why == "" {
		n.t.Errorf("%s differs from the manifest and %s does not say why:\n  expected %s\n  got      %s", f.path, corpusReasonsFile, expected, read)
		return
	}
	var proof string
	for _, text := range r.Proof {
		proof += " `" + strings.TrimSpace(text) + "`"
	}
	n.differ = append(n.differ, row(f.path, expected, read, r.Right+": "+cell(f, r.Why+proof)))
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// invalid lists what becomes of a file that is broken on purpose. One that breaks the
// schema must be refused or reported; of others testdata/corpus.yaml says it, or they are
// read like any other. What is read of it must be what the manifest counts.
func (n *corpusNote) invalid(kind *corpusKind, f *corpusFile) {
	want, says := []string{"refused", "reported"}, ""
	if strings.Contains(f.path, "/csaf-oasis-invalid/") {
		want = append(want, "read") // the fault is one of sense, which only a validator looks for
	}
	if r := n.reason(f); r != nil && r.Result != "" {
		want, says = []string{r.Result}, r.Says
	}
	if result := f.result(); !slices.Contains(want, result) || !strings.Contains(fmt.Sprint(f.Error, f.Gaps), says) {
		n.t.Errorf("%s (%s) is %s, expected %s, saying %q: %s %v", f.path, f.what, result, strings.Join(want, " or "), says, f.Error, f.Gaps)
	}
	n.broken = append(n.broken, row(f.path, cell(f, strings.TrimPrefix(f.what, "DERIVED MECHANICALLY: ")), cell(f, f.told())))
	if kind == nil {
		return
	}
	var differ []claim
	if f.Error == "" {
		differ = claimsThatFail(n.t, kind, f)
	}
	if f.origin == "real" {
		n.compare(kind, f, differ)
	} else if len(differ) > 0 {
		n.t.Errorf("%s: %v", f.path, differ)
	}
}

// result is a word for what became of a file.
func (f *corpusFile) result() string {
	switch {
	case f.Error != "":
		return "refused"
	case len(f.Gaps) > 0:
		return "reported"
	}
	return "read"
}

// told says what became of a file.
func (f *corpusFile) told() string {
	switch f.result() {
	case "refused":
		return "refused: " + f.Error
	case "reported":
		return fmt.Sprintf("%s; %d gaps, the first: %s %s", f.counts(), len(f.Gaps), f.Gaps[0].Record, f.Gaps[0].Reason)
	}
	return f.counts()
}

func (f *corpusFile) counts() string {
	if facts := len(f.Observations) + len(f.Declarations); facts > 0 || len(f.Products) == 0 {
		return fmt.Sprintf("read as %s: %d facts", f.Format, facts)
	}
	return fmt.Sprintf("read as %s: %d products, %d components", f.Format, len(f.Products), len(f.parts()))
}

// other counts a file of which the manifest counts nothing.
func (n *corpusNote) other(f *corpusFile) {
	key := row(path.Dir(strings.TrimSuffix(f.path, "/")), f.format)
	o := n.others[key]
	if o == nil {
		o = &corpusOther{results: make(map[string]int)}
		n.others[key] = o
	}
	o.files++
	switch f.result() {
	case "refused":
		o.results[cell(f, "refused: "+f.Error)]++
	case "reported":
		o.results["read as "+f.Format+", with gaps"]++
	default:
		o.results["read as "+f.Format]++
	}
}

// finish applies the gates and compares the note with the committed one.
func (n *corpusNote) finish() {
	for _, r := range n.reasons {
		if !r.used {
			n.t.Errorf("%s explains %s, which no longer differs", corpusReasonsFile, r.File)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(n.kinds)) {
		if c := n.kinds[kind]; c.explained > max(1, c.files*3/100) {
			n.t.Errorf("%s: %d of %d files are explained instead of read", kind, c.explained, c.files)
		}
	}
	note := n.text()
	if *update {
		if err := os.WriteFile(corpusNoteFile, note, 0o644); err != nil {
			n.t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(corpusNoteFile)
	if err != nil {
		n.t.Fatal(err)
	}
	if !bytes.Equal(committed, note) {
		n.t.Errorf("%s is not what the corpus gives: run with -update and read the difference", corpusNoteFile)
	}
}

// text writes the note.
func (n *corpusNote) text() []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, `# What is read of real files

Several thousand inventories that nobody on the project wrote lie in a folder beside the checkout. Its manifest says what
an independent reader found in each: counts, models, makers as written. This table compares that with what netvet reads,
and the list below it gives every difference, who is right, and the text of the file that proves it. The files are public
and no part of this repository.

`+"`go test ./sbom -run TestCorpusNote -update`"+` rewrites this note; the explanations stand in testdata/corpus.yaml. The test
fails when a file differs that is not explained, when an explained one no longer does, and when more than 3 in 100 files of
a kind are explained (of a kind of few files: more than one). An identifier that is not valid and is left out with a gap
counts as read, and a file that is broken on purpose as read when it is refused or what is read of it is as expected.

`)
	table(&b, "kind", "files", "read as expected", "explained", "share")
	all := corpusCount{}
	for _, kind := range slices.Sorted(maps.Keys(n.kinds)) {
		c := n.kinds[kind]
		all.files, all.explained = all.files+c.files, all.explained+c.explained
		fmt.Fprintln(&b, c.row(kind))
	}
	fmt.Fprintln(&b, all.row("all"))
	fmt.Fprint(&b, "\n## Files that differ\n\n")
	table(&b, "file", "expected", "got", "who is right, and what proves it")
	lines(&b, n.differ)
	fmt.Fprint(&b, "\n## Files that are broken on purpose\n\nNone of them is read as an inventory of nothing.\n\n")
	table(&b, "file", "what it is", "what happens")
	lines(&b, n.broken)
	fmt.Fprint(&b, "\n## Files of which the manifest counts nothing\n\n")
	table(&b, "folder", "kind in the manifest", "files", "what happens")
	for _, key := range slices.Sorted(maps.Keys(n.others)) {
		fmt.Fprintln(&b, n.others[key].row(key))
	}
	return b.Bytes()
}

func (c corpusCount) row(kind string) string {
	read := c.files - c.explained
	return row(kind, fmt.Sprint(c.files), fmt.Sprint(read), fmt.Sprint(c.explained), fmt.Sprintf("%.1f %%", 100*float64(read)/float64(c.files)))
}

func (o corpusOther) row(key string) string {
	var results []string
	for _, result := range slices.Sorted(maps.Keys(o.results)) {
		results = append(results, fmt.Sprintf("%d %s", o.results[result], result))
	}
	return key + strings.TrimPrefix(row(fmt.Sprint(o.files), strings.Join(results, "<br>")), "|")
}

func row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |" }

func table(b *bytes.Buffer, heads ...string) {
	fmt.Fprintln(b, row(heads...))
	fmt.Fprintln(b, "|"+strings.Repeat("---|", len(heads)))
}

func lines(b *bytes.Buffer, rows []string) {
	for _, r := range rows {
		fmt.Fprintln(b, r)
	}
}

const shownCell = 240 // characters of a cell of the note

// cell makes a text fit into a table, without the place of the corpus.
func cell(f *corpusFile, text string) string {
	text = strings.ReplaceAll(text, "read "+corpus+"/"+f.path+": ", "")
	text = strings.ReplaceAll(text, corpus+"/", "")
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
	text = strings.NewReplacer("|", "\\|", "<", "&lt;", "\x00", "").Replace(text)
	if r := []rune(text); len(r) > shownCell {
		return string(r[:shownCell-3]) + "..."
	}
	return text
}
