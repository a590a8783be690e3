package sbom

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

func redfishTree() Format {
	return Format{
		Name:   "redfish",
		Title:  "Redfish, a folder of resources (a mockup)",
		Expect: "a folder of Redfish resources (redfish/v1/index.json, or files named after their addresses)",
		Tree:   true,
		Detect: detectRedfishTree,
		Read:   readRedfishTree,
	}
}

func redfishJSON() Format {
	return Format{
		Name:   "redfish-json",
		Title:  "Redfish, one resource or an expanded service in JSON",
		Expect: `Redfish JSON (an object with "@odata.id": "/redfish/v1/...")`,
		Detect: detectRedfishJSON,
		Read:   readRedfishJSON,
	}
}

// redfishSign matches what only a Redfish resource has: the address of the service,
// or a type in the versioned form of its schemas.
var redfishSign = regexp.MustCompile(`"@odata\.(?:id|context)"\s*:\s*"/redfish/v\d|"@odata\.type"\s*:\s*"#[A-Z]\w*\.v\d+_\d+_\d+\.`)

func detectRedfishJSON(s Sample) float64 {
	head := bytes.TrimLeft(s.Head, " \t\r\n")
	if len(head) > 0 && (head[0] == '{' || head[0] == '[') && redfishSign.Match(head) {
		return 1
	}
	return 0
}

// redfishRoots are where the entry point of a mockup lies. Dumps that name files after
// addresses, and loose collections, have it in a file of their own at the top.
func redfishRoots() []string { return []string{"redfish/v1/index.json", "v1/index.json", "index.json"} }

// serviceRoot matches the entry point of a service.
var serviceRoot = regexp.MustCompile(`"@odata\.type"\s*:\s*"#ServiceRoot\.`)

// maxRootFiles is how many files at the top of a folder are looked into for the entry
// point of a service.
const maxRootFiles = 200

func detectRedfishTree(s Sample) float64 {
	if s.Files == nil {
		return 0
	}
	for _, name := range redfishRoots() {
		if head := headOf(s.Files, name); serviceRoot.Match(head) || redfishSign.Match(head) {
			return 1
		}
	}
	// A reduced mockup may lack its entry point and have the collections only.
	for _, name := range []string{"redfish/v1/Systems/index.json", "redfish/v1/Chassis/index.json", "Systems/index.json", "Chassis/index.json"} {
		if redfishSign.Match(headOf(s.Files, name)) {
			return 1
		}
	}
	entries, err := fs.ReadDir(s.Files, ".")
	if err != nil {
		return 0
	}
	looked := 0
	for _, entry := range entries {
		name := strings.ToLower(entry.Name())
		likely := strings.Contains(name, "root") || strings.Contains(name, "redfish") || strings.HasPrefix(name, "v1")
		if entry.IsDir() || path.Ext(name) != ".json" || !likely {
			continue
		}
		if looked++; looked > maxRootFiles {
			break
		}
		if serviceRoot.Match(headOf(s.Files, entry.Name())) {
			return 1
		}
	}
	return 0
}

// headOf returns the first bytes of a file, or none if it cannot be read.
func headOf(files fs.FS, name string) []byte {
	file, err := files.Open(name)
	if err != nil {
		return nil
	}
	defer file.Close()
	head := make([]byte, 8<<10)
	n, _ := file.Read(head)
	return head[:n]
}

func readRedfishJSON(_ context.Context, src *Stream, emit func(Record) error) (Info, error) {
	s := newRedfishService(src, "redfish-json", emit)
	t, err := readHostJSON(src)
	if err != nil {
		return Info{}, err
	}
	t.twins(t.root)
	if err := t.settle(s.faults); err != nil {
		return Info{}, err
	}
	s.collect(t.root, "")
	return s.finish(cmp.Or(redfishType(t.root, ""), "resource"))
}

// maxRedfishTree bounds the bytes of the resources that are read of one folder.
const maxRedfishTree = 256 << 20

func readRedfishTree(ctx context.Context, src *Stream, emit func(Record) error) (Info, error) {
	s := newRedfishService(src, "redfish", emit)
	total := int64(0)
	err := fs.WalkDir(src.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || !entry.Type().IsRegular() || besideRedfish(name) {
			return err
		}
		if !strings.EqualFold(path.Ext(name), ".json") {
			s.aside = append(s.aside, name)
			return nil
		}
		if info, err := entry.Info(); err == nil {
			total += info.Size()
		}
		if total > maxRedfishTree {
			return fmt.Errorf("the files in it are larger than %d bytes together: give the folder of one service", maxRedfishTree)
		}
		return s.file(name)
	})
	if err != nil {
		return Info{Version: s.version}, err
	}
	s.missing()
	return s.finish("service")
}

// redfishService is what one Redfish service, a folder or a document, says.
type redfishService struct {
	src       *Stream
	format    string
	emit      func(Record) error
	faults    *faults
	version   string
	name      string // of the service
	vendor    string
	resources []*redfishResource // that matter here, as found
	known     map[string]*redfishResource
	said      map[string]bool // the addresses of which something is said
	members   []redfishMember
	aside     []string          // files that are no resources
	products  []*redfishProduct // the systems first
	systems   int
	linked    map[string]*redfishProduct  // the systems, by the chassis and managers they link to
	inside    map[string]*redfishResource // the chassis, by those they say they contain
	orphans   *redfishProduct             // of parts of no known system
}

func newRedfishService(src *Stream, format string, emit func(Record) error) *redfishService {
	return &redfishService{src: src, format: format, emit: emit, faults: newFaults(emit), known: make(map[string]*redfishResource),
		said: make(map[string]bool), linked: make(map[string]*redfishProduct), inside: make(map[string]*redfishResource)}
}

// file reads one file of the folder. One that is no JSON document is left out.
func (s *redfishService) file(name string) error {
	file, err := s.src.Files.Open(name)
	if err != nil {
		s.faults.add("file that cannot be read", name, cause(err).Error())
		return s.faults.err
	}
	defer file.Close()
	t, err := readHostJSON(&Stream{Name: name, Reader: file, Options: s.src.Options})
	if err == nil && isRedfishDocument(t.root) {
		t.twins(t.root)
	}
	if err == nil {
		err = t.settle(s.faults)
	}
	if err != nil {
		s.faults.add("file that cannot be read", name, "the resource is left out: "+err.Error())
		return s.faults.err
	}
	switch {
	case isRedfishDocument(t.root):
		s.collect(t.root, name)
	case t.root.get("error").isObject():
		if describesHardware(name) {
			s.faults.add("answer that is an error", name, "the service answered with an error instead of the resource: "+errorMessage(t.root.get("error")))
		}
	case t.root.has("$schema"), t.root.has("$id"), aboutSchemas("/" + name):
	default:
		s.aside = append(s.aside, name)
	}
	return s.faults.err
}

// isRedfishDocument reports whether a document is a resource, or a list or object of
// resources.
func isRedfishDocument(n hostNode) bool {
	if n.has("$schema") || n.has("$id") {
		return false
	}
	if n.has("@odata.id") || n.has("@odata.type") || n.has("@odata.context") {
		return true
	}
	for _, item := range n.objects() {
		if item.has("@odata.id") && item.has("@odata.type") {
			return true
		}
	}
	return false
}

// describesHardware reports whether a file lies where the service describes machines
// and parts, and not its own accounts, sessions, tasks and logs.
func describesHardware(name string) bool {
	folders := strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == '_' })
	for _, top := range []string{"Systems", "Chassis", "Managers", "UpdateService", "Storage", "StorageServices", "StorageSystems", "Fabrics", "PowerEquipment", "ThermalEquipment"} {
		if slices.Contains(folders, top) {
			return !slices.Contains(folders, "LogServices")
		}
	}
	return false
}

func errorMessage(n hostNode) string {
	info := n.get("@Message.ExtendedInfo")
	return short(cmp.Or(info.value("Message"), info.value("MessageId"), n.value("message"), n.value("code")))
}

// besideRedfish reports whether a file is one that mockups hold beside the resources:
// the schemas, what the tool that made it kept, a page for people.
func besideRedfish(name string) bool {
	switch base := strings.ToLower(path.Base(name)); base {
	case "index.xml", "index.html", "headers.json", "time.json", "license", "explorer_config.json":
		return true
	default:
		return strings.HasPrefix(base, ".") || strings.HasPrefix(base, "readme") || path.Ext(base) == ".md"
	}
}

// leaveOut reports the files that are no resources, so that an inventory among them is
// not lost without a word.
func (s *redfishService) leaveOut() {
	const shown = 5
	if n := len(s.aside); n > 0 {
		list := strings.Join(s.aside[:min(n, shown)], ", ")
		if n > shown {
			list += fmt.Sprintf(" and %d more", n-shown)
		}
		s.faults.add("file that is no resource", list, "no Redfish resource: left out; give it by itself to read it")
	}
}

// finish finds the products, gives each its parts, and yields them. What says what the
// input is.
func (s *redfishService) finish(what string) (Info, error) {
	info := Info{Version: s.version}
	s.leaveOut()
	s.findProducts()
	s.takeParts()
	s.takeAddresses()
	s.takeServices()
	if len(s.products) == 0 {
		s.faults.add("nothing to read", "", "the document is a Redfish "+what+", which describes no system, chassis or part")
	}
	for _, p := range s.products {
		if s.faults.err != nil {
			break
		}
		if err := p.emit(s.src, s.emit); err != nil {
			return info, err
		}
	}
	return info, s.faults.finish()
}
