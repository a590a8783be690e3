package sbom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

func spdx3JSON() Format {
	return Format{
		Name:   "spdx3-json",
		Title:  "SPDX 3.0, JSON-LD",
		Expect: `SPDX 3 JSON-LD (an object with "@context": "` + spdx3Context + `")`,
		Detect: detectSPDX3,
		Read:   readSPDX3,
	}
}

// spdx3Context is the context of an SPDX 3.0.1 document.
const spdx3Context = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"

// spdx3Version returns the version of SPDX whose words a context defines.
func spdx3Version(context string) (version string, ok bool) {
	switch context {
	case spdx3Context, "https://spdx.github.io/spdx-spec/v3.0.1/rdf/spdx-context.jsonld":
		return "3.0.1", true
	case "https://spdx.org/rdf/3.0.0/spdx-context.jsonld", "https://spdx.github.io/spdx-spec/v3.0/rdf/spdx-context.jsonld":
		return "3.0.0", true
	}
	return "", false
}

func detectSPDX3(s Sample) (sure float64) {
	has := func(word string) bool { return bytes.Contains(s.Head, []byte(word)) }
	if !has(`"@context"`) && !has(`"@graph"`) {
		return 0
	}
	lookAtJSON(s.Head, func(j *jsonTokens, key string) error {
		switch key {
		case "bomFormat", "spdxVersion":
			sure = 0
			return errSeen
		case "@context":
			contexts, err := textList(j)
			for _, context := range contexts {
				if strings.Contains(context, "spdx") && strings.Contains(context, "/rdf/") {
					sure = 1
				}
			}
			return err
		case "@graph":
			if has(`"spdxId"`) {
				sure = max(sure, 0.9)
			}
		}
		return nil
	})
	return sure
}

// spdx3Reader reads the graph of an SPDX 3 document. What a package says by
// reference (who made it, its licences, whether it is the product) may stand
// anywhere in the graph, so packages wait on a shelf with numbers in the place of
// names until the graph is through.
type spdx3Reader struct {
	*jsonTokens
	doc     *spdxDocument
	context string // version of SPDX by the context

	otherContexts, otherWords []string // that are not of SPDX

	levels []*spdx3Element
	level  int // elements that are open inside each other

	agents     map[int32]spdx3Agent
	infos      map[int32]spdx3Creation
	firstInfo  int32
	documents  []int32 // the elements that are documents
	bundles    []int32 // other elements that are about others: bills of materials
	info       int32   // the creation info of the first of them
	roots      graph   // from a collection to what it is about
	licences   map[int32]spdx3Licence
	licensed   graph            // from a package to a licence
	weaknesses map[int32]string // what a vulnerability is called
	scores     map[int32]spdx3Score
	verdicts   []spdx3Verdict
	imports    []int32 // elements that stand in other documents
	anonymous  int     // elements without an id so far
}

type spdx3Agent struct{ name, class string }

type spdx3Creation struct {
	version, created string
	by, using        []int32
}

// spdx3Verdict is what a document says of a weakness of one of its elements.
type spdx3Verdict struct {
	vulnerability, element int32
	state, pointer         string
}

// spdx3Score is how grave a weakness is said to be.
type spdx3Score struct {
	base     float64
	severity string
}

// maxSPDX3Names bounds the agents, licences and other named things of a document
// that are held in memory.
const maxSPDX3Names = 1_000_000

func readSPDX3(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	return newSPDX3(src, emit).read()
}

func newSPDX3(src *Stream, emit func(Record) error) *spdx3Reader {
	doc := newSPDXDocument(src, "spdx3-json", emit)
	doc.refs = newRefTable() // the id of the document is not fixed
	r := &spdx3Reader{doc: doc, info: -1, firstInfo: -1, agents: make(map[int32]spdx3Agent), infos: make(map[int32]spdx3Creation),
		licences: make(map[int32]spdx3Licence), weaknesses: make(map[int32]string), scores: make(map[int32]spdx3Score)}
	r.jsonTokens = newJSONTokens(src.Reader, src.Options, func(pointer, reason string) {
		doc.faults.add("value of the wrong type, or given twice", pointer, reason)
	})
	return r
}

func (r *spdx3Reader) read() (Info, error) {
	graph := false
	root := new(spdx3Element) // of a document that is one element, with the others inside
	root.reset()
	r.levels = append(r.levels, root)
	err := jsonDocument(r.jsonTokens, func(key []byte) error {
		switch string(key) {
		case "@context":
			return r.each(r.readContext)
		case "@graph":
			graph = true
			return r.graph()
		}
		r.level = 1
		defer func() { r.level = 0 }()
		return r.member(root, key)
	})
	if err == nil && r.context == "" {
		err = r.noContext()
	}
	if err == nil && !graph {
		err = r.single(root)
	}
	if err != nil {
		return Info{Version: r.version()}, err
	}
	return r.finish()
}

// single takes the element that a document without a graph is.
func (r *spdx3Reader) single(e *spdx3Element) error {
	if e.class == "" {
		return errors.New("the document has no @graph: it has no elements")
	}
	_, err := r.take(e)
	return cmp.Or(err, r.doc.faults.err)
}

func (r *spdx3Reader) version() string { return cmp.Or(r.doc.version, r.context) }

// readContext reads one context. It is compared and never fetched. A document may
// bring words of its own beside those of SPDX, which are not understood.
func (r *spdx3Reader) readContext() error {
	if r.kind() == '{' {
		return r.ownWords()
	}
	context, err := r.string()
	if err != nil {
		return err
	}
	if version, ok := spdx3Version(context); ok {
		r.context = version
	} else {
		r.otherContexts = appendName(r.otherContexts, strconv.Quote(short(context)))
	}
	return nil
}

// ownWords reads a context that stands in the document. It must leave the words of
// SPDX alone: else they would not mean what they say.
func (r *spdx3Reader) ownWords() error {
	return r.object(func(key []byte) error {
		word := string(key)
		if isSPDX3Word(word) {
			return fmt.Errorf("the @context gives %q another meaning than SPDX: what the document says is not known", word)
		}
		r.otherWords = appendName(r.otherWords, strconv.Quote(short(word)))
		return nil
	})
}

// isSPDX3Word tells the words that documents are read by.
func isSPDX3Word(word string) bool {
	for _, profile := range []string{"software_", "security_", "simplelicensing_", "expandedlicensing_", "ai_", "dataset_"} {
		if strings.HasPrefix(word, profile) {
			return true
		}
	}
	switch word {
	case "type", "spdxId", "name", "creationInfo", "from", "to", "relationshipType", "rootElement", "element", "import", "specVersion",
		"created", "createdBy", "createdUsing", "suppliedBy", "originatedBy", "description", "summary", "verifiedUsing",
		"algorithm", "hashValue", "externalIdentifier", "externalIdentifierType", "identifier", "externalRef", "externalRefType", "locator":
		return true
	}
	return false
}

// noContext is the error of a document whose words are not those of SPDX.
func (r *spdx3Reader) noContext() error {
	if len(r.otherContexts) > 0 {
		return fmt.Errorf("unsupported @context %s: netvet reads SPDX 3.0 with the context %q, and fetches none", r.otherContexts[0], spdx3Context)
	}
	return fmt.Errorf("the document has no @context of SPDX: which words it uses is not known; expected %q", spdx3Context)
}

// reportContext tells of words that are not understood.
func (r *spdx3Reader) reportContext() {
	if len(r.otherContexts) > 0 {
		r.doc.faults.gap("/@context", "what is said in the words of another context is not read, which is never fetched: "+strings.Join(r.otherContexts, ", "))
	}
	if len(r.otherWords) > 0 {
		r.doc.faults.gap("/@context", "what is said in the document's own words is not read: "+strings.Join(r.otherWords, ", "))
	}
}

// each reads a list, or one value that stands for a list of one.
func (r *spdx3Reader) each(read func() error) error {
	if r.kind() == '[' {
		return r.array(func(int) error { return read() })
	}
	return read()
}

func (r *spdx3Reader) graph() error {
	if kind := r.kind(); kind != '[' {
		if err := r.skip(); err != nil {
			return err
		}
		return errors.New("/@graph is " + jsonKindName(kind) + ", expected an array")
	}
	return r.array(func(i int) error {
		if r.kind() != '{' {
			return r.mismatch("an object")
		}
		_, err := r.element("/@graph/" + strconv.Itoa(i))
		if err == nil {
			err = r.doc.faults.err
		}
		return err
	})
}
