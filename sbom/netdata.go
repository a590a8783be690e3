package sbom

import (
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

//go:embed netdevices.yaml
var netDevicesFile []byte

// netDevices is netdevices.yaml: what network devices are called.
type netDevices struct {
	Source       string           `yaml:"source"`
	Date         netvet.Date      `yaml:"date"`
	Fillers      []string         `yaml:"fillers"`
	Makers       []netMaker       `yaml:"makers"`
	Lines        []netLine        `yaml:"lines"`
	Descriptions []netDescription `yaml:"descriptions"`
	Objects      []netObject      `yaml:"objects"`
	Tables       []netTable       `yaml:"tables"`

	fillers map[string]bool
	objects map[string]*netObject // by number
}

// netMaker is a maker and the names by which texts of its devices state it.
type netMaker struct {
	Name   string `yaml:"name"`
	Words  string `yaml:"words"`
	Models string `yaml:"models"` // how part numbers of its own scheme begin

	re, models *regexp.Regexp
}

// netLine is a kind of device and how the models of its product lines begin.
type netLine struct {
	Type   string `yaml:"type"`
	Models string `yaml:"models"`

	re *regexp.Regexp
}

// netDescription is a form of sysDescr and what it says of the device.
type netDescription struct {
	Match string `yaml:"match"`
	Maker string `yaml:"maker"`
	OS    string `yaml:"os"`
	Type  string `yaml:"type"`

	re *regexp.Regexp
}

// netObject is an object of SNMP and the field that its value is for.
type netObject struct {
	OID   string `yaml:"oid"`
	Name  string `yaml:"name"`
	Field string `yaml:"field"`
	MIB   string `yaml:"mib"`
}

// netTable is a vendor's own table of parts.
type netTable struct {
	OID     string               `yaml:"oid"` // of the rows, with a point at its end
	MIB     string               `yaml:"mib"`
	Columns map[string]netColumn `yaml:"columns"` // by number
}

type netColumn struct {
	Name  string `yaml:"name"`
	Field string `yaml:"field"`
}

// knownNetDevices reads the embedded file at first use. It is part of the program
// and checked by a test: a fault in it is a fault of the program.
var knownNetDevices = sync.OnceValue(func() *netDevices {
	known := new(netDevices)
	err := strictyaml.Decode("netdevices.yaml", netDevicesFile, known)
	if err = errors.Join(err, known.compile()); err != nil {
		panic(err)
	}
	return known
})

func (n *netDevices) compile() error {
	var faults []error
	pattern := func(text, before, after string) *regexp.Regexp {
		re, err := regexp.Compile(before + text + after)
		if err != nil {
			faults = append(faults, fmt.Errorf("netdevices.yaml: pattern %s: %w", text, err))
		}
		return re
	}
	n.fillers, n.objects = make(map[string]bool), make(map[string]*netObject)
	for _, filler := range n.Fillers {
		n.fillers[filler] = true
	}
	for i := range n.Makers {
		n.Makers[i].re = pattern(n.Makers[i].Words, `(?i)(?:^|[^a-z0-9])(?:`, `)(?:$|[^a-z])`)
		if n.Makers[i].Models != "" {
			n.Makers[i].models = pattern(n.Makers[i].Models, "", "")
		}
	}
	for i := range n.Lines {
		n.Lines[i].re = pattern(n.Lines[i].Models, "", "")
	}
	for i := range n.Descriptions {
		n.Descriptions[i].re = pattern(n.Descriptions[i].Match, "", "")
		faults = append(faults, checkGroups(n.Descriptions[i].re))
	}
	for i := range n.Objects {
		if deviceField(new(netvet.Product), n.Objects[i].Field) == nil {
			faults = append(faults, fmt.Errorf("netdevices.yaml: object %s: unknown field %q", n.Objects[i].Name, n.Objects[i].Field))
		}
		n.objects[n.Objects[i].OID] = &n.Objects[i]
	}
	return errors.Join(faults...)
}

//go:embed showcommands.yaml
var showCommandsFile []byte

// shownWords is showcommands.yaml: how output of commands is recognised and read.
type shownWords struct {
	Source    string              `yaml:"source"`
	Date      netvet.Date         `yaml:"date"`
	Keys      map[string][]string `yaml:"keys"`
	Outputs   []shownOutput       `yaml:"outputs"`
	Documents []shownDocument     `yaml:"documents"`

	fields map[string]string // by plain key
}

// shownOutput is one kind of output: how it is recognised, and how it is read.
type shownOutput struct {
	Name        string      `yaml:"name"`
	Find        []string    `yaml:"find"`
	Sign        string      `yaml:"sign"`
	Maker       string      `yaml:"maker"`
	OS          string      `yaml:"os"`
	Type        string      `yaml:"type"`
	Lines       []string    `yaml:"lines"`
	Parts       []shownPart `yaml:"parts"`
	Blocks      string      `yaml:"blocks"`
	TypeOfParts string      `yaml:"type-of-parts"`
	Members     string      `yaml:"members"`
	Read        []string    `yaml:"read"`

	sign, blocks, members *regexp.Regexp
	lines                 []*regexp.Regexp
}

// shownPart is a form in which output states one part of the device.
type shownPart struct {
	Match string      `yaml:"match"`
	Name  string      `yaml:"name"` // a template of the groups, where the name is more than one
	Kind  netvet.Kind `yaml:"kind"` // device when empty
	Type  string      `yaml:"type"`

	re *regexp.Regexp
}

// knownShown reads the embedded file at first use.
var knownShown = sync.OnceValue(func() *shownWords {
	known := &shownWords{fields: make(map[string]string)}
	err := strictyaml.Decode("showcommands.yaml", showCommandsFile, known)
	for field, keys := range known.Keys {
		for _, key := range keys {
			if other := known.fields[key]; other != "" {
				err = errors.Join(err, fmt.Errorf("showcommands.yaml: key %s is of both %s and %s", key, other, field))
			}
			known.fields[key] = field
		}
	}
	for i := range known.Outputs {
		err = errors.Join(err, known.Outputs[i].compile())
	}
	for i := range known.Documents {
		err = errors.Join(err, known.Documents[i].compile())
	}
	if err != nil {
		panic(err)
	}
	return known
})

func (o *shownOutput) compile() error {
	var faults []error
	pattern := func(text string) *regexp.Regexp {
		if text == "" {
			return nil
		}
		re, err := regexp.Compile("(?m)" + text)
		if err != nil {
			faults = append(faults, fmt.Errorf("showcommands.yaml: %s: pattern %s: %w", o.Name, text, err))
			return nil
		}
		return re
	}
	o.sign, o.blocks, o.members = pattern(o.Sign), pattern(o.Blocks), pattern(o.Members)
	for _, line := range o.Lines {
		re := pattern(line)
		o.lines = append(o.lines, re)
		faults = append(faults, checkGroups(re))
	}
	for i := range o.Parts {
		o.Parts[i].re = pattern(o.Parts[i].Match)
	}
	for _, name := range o.Read {
		if !slices.Contains(shownReaders(), name) {
			faults = append(faults, fmt.Errorf("showcommands.yaml: %s: unknown reader %q", o.Name, name))
		}
	}
	return errors.Join(faults...)
}

// shownDocument is a kind of JSON or XML document that a device answers with.
type shownDocument struct {
	Name   string      `yaml:"name"`
	Signs  [][]string  `yaml:"signs"`
	Maker  string      `yaml:"maker"`
	OS     string      `yaml:"os"`
	Device []shownRule `yaml:"device"`
	Parts  []shownRule `yaml:"parts"`
	Each   []shownRule `yaml:"each"`
}

// shownRule says what the objects that it is for tell.
type shownRule struct {
	In     string            `yaml:"in"`
	Has    []string          `yaml:"has"`
	Take   map[string]string `yaml:"take"`   // the member for each field
	Match  string            `yaml:"match"`  // the version is the group of this pattern
	Called string            `yaml:"called"` // what stands before the name
	Kind   netvet.Kind       `yaml:"kind"`
	Type   string            `yaml:"type"`

	match *regexp.Regexp
}

func (d *shownDocument) compile() error {
	var faults []error
	for _, rules := range [][]shownRule{d.Device, d.Parts, d.Each} {
		for i := range rules {
			r := &rules[i]
			if r.Match != "" {
				re, err := regexp.Compile(r.Match)
				r.match, faults = re, append(faults, err)
			}
			for field := range r.Take {
				if field != "mac" && field != "name-last" && deviceField(new(netvet.Product), field) == nil {
					faults = append(faults, fmt.Errorf("showcommands.yaml: %s: unknown field %q", d.Name, field))
				}
			}
		}
	}
	return errors.Join(faults...)
}

// checkGroups refuses a pattern with a named group that is for no field.
func checkGroups(re *regexp.Regexp) error {
	if re == nil {
		return nil
	}
	for _, group := range re.SubexpNames() {
		if group != "" && group != "mac" && group != "os" && group != "type" && deviceField(new(netvet.Product), group) == nil {
			return fmt.Errorf("pattern %s: group %q is for no field", re, group)
		}
	}
	return nil
}

// deviceField returns the field of a product that a word of the data stands for, or nil.
func deviceField(p *netvet.Product, word string) *string {
	switch word {
	case "name":
		return &p.Name
	case "maker":
		return &p.Manufacturer
	case "model":
		return &p.Model
	case "version":
		return &p.Version
	case "serial":
		return &p.Serial
	case "part":
		return &p.PartNumber
	case "location":
		return &p.Location
	case "description":
		return &p.Description
	}
	return nil
}

// isFiller tells whether a text is one that says nothing.
func (n *netDevices) isFiller(text string) bool {
	return n.fillers[strings.ToLower(strings.Trim(text, " .\"()[]"))]
}
