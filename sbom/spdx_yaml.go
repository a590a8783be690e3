package sbom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/netvet/netvet/scanner/strictyaml"
)

func spdxYAML() Format {
	return Format{
		Name:   "spdx-yaml",
		Title:  "SPDX 2.1 to 2.3, YAML",
		Expect: `SPDX YAML (a line "spdxVersion: SPDX-2.3")`,
		Detect: detectSPDXYAML,
		Read:   readSPDXYAML,
	}
}

// maxYAML bounds a YAML document in bytes: it is held as a whole, at many times its
// size.
const maxYAML = 64 << 20

// detectSPDXYAML goes by keys at the start of a line. The version may come last,
// where keys are sorted.
func detectSPDXYAML(s Sample) float64 {
	begins := func(key string) bool {
		for _, quote := range []string{"", `"`, "'"} {
			line := []byte(quote + key + quote + ":")
			if bytes.HasPrefix(s.Head, line) || bytes.Contains(s.Head, append([]byte("\n"), line...)) {
				return true
			}
		}
		return false
	}
	switch {
	case begins("spdxVersion"):
		return 1
	case begins("SPDXID") && (begins("creationInfo") || begins("packages") || begins("dataLicense")):
		return 0.9
	}
	return 0
}

// spdx2Document is the part of SPDX 2 that is read, with the names that its members
// have in JSON, YAML and XML.
type spdx2Document struct {
	Version      string `yaml:"spdxVersion"`
	ID           string `yaml:"SPDXID"`
	Name         string `yaml:"name"`
	CreationInfo struct {
		Created  string   `yaml:"created"`
		Creators []string `yaml:"creators"`
	} `yaml:"creationInfo"`
	Others []struct {
		ID string `yaml:"externalDocumentId"`
	} `yaml:"externalDocumentRefs"`
	Describes     []string            `yaml:"documentDescribes"`
	Packages      []spdx2Package      `yaml:"packages"`
	Files         []spdx2File         `yaml:"files"`
	Snippets      []spdx2File         `yaml:"snippets"`
	Relationships []spdx2Relationship `yaml:"relationships"`
}

type spdx2Package struct {
	ID               string           `yaml:"SPDXID"`
	Name             string           `yaml:"name"`
	Version          string           `yaml:"versionInfo"`
	Supplier         string           `yaml:"supplier"`
	Originator       string           `yaml:"originator"`
	DownloadLocation string           `yaml:"downloadLocation"`
	Homepage         string           `yaml:"homepage"`
	Concluded        string           `yaml:"licenseConcluded"`
	Declared         string           `yaml:"licenseDeclared"`
	Purpose          string           `yaml:"primaryPackagePurpose"`
	Description      string           `yaml:"description"`
	Summary          string           `yaml:"summary"`
	Checksums        []spdx2Checksum  `yaml:"checksums"`
	Verification     map[string]any   `yaml:"packageVerificationCode"`
	ExternalRefs     []spdx2Reference `yaml:"externalRefs"`
}

type spdx2File struct {
	ID        string          `yaml:"SPDXID"`
	Name      string          `yaml:"fileName"`
	Checksums []spdx2Checksum `yaml:"checksums"`
}

type spdx2Checksum struct {
	Algorithm string `yaml:"algorithm"`
	Value     string `yaml:"checksumValue"`
}

type spdx2Reference struct {
	Type    string `yaml:"referenceType"`
	Locator string `yaml:"referenceLocator"`
}

type spdx2Relationship struct {
	From string `yaml:"spdxElementId"`
	Type string `yaml:"relationshipType"`
	To   string `yaml:"relatedSpdxElement"`
}

func readSPDXYAML(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	doc := newSPDXDocument(src, "spdx-yaml", emit)
	data, err := io.ReadAll(io.LimitReader(src.Reader, maxYAML+1))
	switch {
	case err != nil:
		return Info{}, err
	case len(data) > maxYAML:
		return Info{}, fmt.Errorf("larger than %d bytes, which is much for YAML: convert it to SPDX JSON", maxYAML)
	case !utf8.Valid(data):
		return Info{}, fmt.Errorf("at byte %d: invalid UTF-8: convert the file to UTF-8", firstInvalid(data))
	}
	var in spdx2Document
	var misfits strictyaml.Faults
	if err := strictyaml.Value(src.Name, data, &in); err != nil && !errors.As(err, &misfits) {
		return Info{}, err
	}
	for _, f := range misfits {
		if f.Line == 0 || in.Version == "" || strings.Contains(f.Text, "already defined") { // not just a value of the wrong type
			return Info{}, yamlError(f)
		}
		doc.faults.add("value of the wrong type", "line "+strconv.Itoa(f.Line), f.Text)
	}
	if in.Version == "" {
		return Info{}, errors.New("the document has no spdxVersion: which version of SPDX it follows is not known")
	}
	if err := doc.setVersion(in.Version); err != nil {
		return Info{}, err
	}
	if err := in.fill(doc); err != nil {
		return Info{Version: doc.version}, err
	}
	return doc.finish()
}

// yamlError is a fault as an error: the file is named already.
func yamlError(f strictyaml.Fault) error {
	if f.Line == 0 {
		return errors.New(f.Text)
	}
	return fmt.Errorf("line %d: %s", f.Line, f.Text)
}

// describe gives the document what it says of itself.
func (in *spdx2Document) describe(doc *spdxDocument) {
	doc.setID(in.ID)
	doc.name, doc.bom.Created = in.Name, in.CreationInfo.Created
	for _, creator := range in.CreationInfo.Creators {
		doc.creator(creator)
	}
	for _, other := range in.Others {
		doc.otherDocument(other.ID)
	}
}

// fill gives the document all that the YAML says.
func (in *spdx2Document) fill(doc *spdxDocument) error {
	in.describe(doc)
	for _, id := range in.Describes {
		doc.describes(doc.mention([]byte(id)))
	}
	var part spdxPart
	for i := range in.Packages {
		part.reset()
		in.Packages[i].fill(doc, &part, "/packages/"+strconv.Itoa(i))
		if err := doc.part(&part); err != nil {
			return err
		}
	}
	for i, f := range in.Files {
		pointer := "/files/" + strconv.Itoa(i)
		if err := doc.file(f.ID, f.Name, pointer, len(in.Packages) == 0 && checksums(doc, f.Checksums, pointer)); err != nil {
			return err
		}
	}
	for _, s := range in.Snippets {
		if s.ID != "" {
			doc.refs.declare(s.ID, "", "")
		}
	}
	for i, r := range in.Relationships {
		doc.relationship([]byte(r.From), []byte(r.Type), []byte(r.To), "/relationships/", i)
	}
	return doc.faults.err
}

func (in *spdx2Package) fill(doc *spdxDocument, p *spdxPart, pointer string) {
	p.Ref, p.Pointer, p.Name, p.Version = in.ID, pointer, in.Name, in.Version
	p.Supplier, p.Manufacturer = doc.agent(in.Supplier), doc.agent(in.Originator)
	p.setLocation(in.DownloadLocation)
	p.setHomepage(in.Homepage)
	p.addLicence(in.Concluded)
	p.addLicence(in.Declared)
	doc.setPurpose(p, in.Purpose)
	p.Description = cmp.Or(in.Description, in.Summary)
	p.Hashed = checksums(doc, in.Checksums, pointer) || len(in.Verification) > 0
	for _, r := range in.ExternalRefs {
		doc.externalRef(p, []byte(r.Type), []byte(r.Locator))
	}
}

func checksums(doc *spdxDocument, list []spdx2Checksum, pointer string) (hashed bool) {
	for _, c := range list {
		hashed = doc.checksum([]byte(c.Algorithm), []byte(c.Value), pointer) || hashed
	}
	return hashed
}
