package sbom

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/netvet/netvet"
)

// take takes an element that was read and returns its number, or -1.
func (r *spdx3Reader) take(e *spdx3Element) (int32, error) {
	d := r.doc
	switch e.class {
	case "software_Package", "ai_AIPackage", "dataset_DatasetPackage":
		return r.takePackage(e)
	case "software_File":
		r.setPurpose(e)
		err := d.file(e.Ref, e.Name, e.Pointer, e.Hashed)
		return r.number(e), err
	case "":
		if e.Ref != "" {
			return d.refs.mention([]byte(e.Ref)), nil // only a reference, in the form of an object
		}
		d.faults.add("element without a type", e.Pointer, "an element has no type: not read")
		return -1, nil
	}
	number := r.declare(e)
	switch e.class {
	case "Agent", "Person", "Organization", "SoftwareAgent", "Tool":
		if hold(r.agents, number) && !isNothing(e.Name) {
			_, name := spdxAgent(e.Name) // some tools write it as SPDX 2 does
			r.agents[number] = spdx3Agent{name, e.class}
		}
	case "CreationInfo":
		return number, r.takeCreation(number, e)
	case "SpdxDocument":
		r.documents = append(r.documents, number)
		d.name = cmp.Or(d.name, e.Name)
		if r.info < 0 {
			r.info = e.info
		}
		r.takeRoots(number, e)
	case "software_Sbom", "Bom", "Bundle":
		r.bundles = append(r.bundles, number)
		r.takeRoots(number, e)
	case "security_Vulnerability":
		if hold(r.weaknesses, number) {
			r.weaknesses[number] = cmp.Or(e.vulnerabilityID, e.Name, e.Ref)
		}
	default:
		switch {
		case strings.HasSuffix(e.class, "Relationship"):
			r.takeRelationship(e)
		case strings.Contains(strings.ToLower(e.class), "licens"):
			r.takeLicence(number, e)
		}
	}
	return number, nil
}

// hold says whether one more thing of a kind may be held.
func hold[V any](held map[int32]V, number int32) bool {
	return number >= 0 && len(held) < maxSPDX3Names
}

// declare gives an element its number. One that stands inside another needs no id
// of its own.
func (r *spdx3Reader) declare(e *spdx3Element) int32 {
	if e.Ref != "" {
		return r.doc.refs.declare(e.Ref, e.Name, "")
	}
	if r.level == 0 {
		return -1
	}
	r.anonymous++
	return r.doc.refs.declare("_:"+e.Pointer+" "+strconv.Itoa(r.anonymous), e.Name, "")
}

func (r *spdx3Reader) number(e *spdx3Element) int32 {
	if e.Ref == "" {
		return -1
	}
	return r.doc.refs.mention([]byte(e.Ref))
}

func (r *spdx3Reader) takePackage(e *spdx3Element) (int32, error) {
	r.setPurpose(e)
	// The names of agents are looked up when the graph is through.
	e.Manufacturer, e.Supplier = numberText(e.originated), numberText(e.supplied)
	if err := r.doc.part(&e.spdxPart); err != nil {
		return -1, err
	}
	return r.doc.waiting[len(r.doc.waiting)-1], nil
}

func numberText(number int32) string {
	if number < 0 {
		return ""
	}
	return strconv.Itoa(int(number))
}

// setPurpose takes the primary purpose of a package, or what its class says.
func (r *spdx3Reader) setPurpose(e *spdx3Element) {
	e.Type = hyphenated(e.purpose)
	switch e.purpose {
	case "application", "archive", "container", "deviceDriver", "diskImage", "executable", "filesystemImage", "framework",
		"install", "library", "module", "operatingSystem", "patch", "platform", "source":
		e.Kind = netvet.KindSoftware
	case "firmware":
		e.Kind = netvet.KindFirmware
	case "device":
		e.Kind = netvet.KindDevice
	case "bom", "configuration", "data", "documentation", "evidence", "file", "manifest", "model", "other", "requirement",
		"specification", "test":
		e.Kind = netvet.KindOther
	case "":
		switch e.class {
		case "ai_AIPackage":
			e.Type, e.Kind = "model", netvet.KindOther
		case "dataset_DatasetPackage":
			e.Type, e.Kind = "data", netvet.KindOther
		}
	default:
		e.Kind = netvet.KindOther
		r.doc.faults.add("unknown purpose", e.Pointer, fmt.Sprintf("package %q has the unknown purpose %q", short(e.Name), short(e.purpose)))
	}
}

// hyphenated writes "operatingSystem" as "operating-system", the spelling of the
// other formats.
func hyphenated(word string) string {
	var b strings.Builder
	for i, c := range word {
		if unicode.IsUpper(c) && i > 0 {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

func (r *spdx3Reader) takeCreation(number int32, e *spdx3Element) error {
	if e.specVersion != "" && e.specVersion != "3.0" && !strings.HasPrefix(e.specVersion, "3.0.") {
		return fmt.Errorf("%s: unsupported version %q of SPDX: netvet reads SPDX 3.0, and 2.1 to 2.3 in their own formats", e.Pointer, short(e.specVersion))
	}
	if !hold(r.infos, number) {
		return nil
	}
	if r.firstInfo < 0 {
		r.firstInfo = number
	}
	r.infos[number] = spdx3Creation{e.specVersion, e.created, few(e.createdBy), few(e.createdUsing)}
	return nil
}

// takeRoots takes the root elements of a document or bill of materials: what it is
// about.
func (r *spdx3Reader) takeRoots(number int32, e *spdx3Element) {
	for _, root := range e.roots {
		if root >= 0 {
			r.roots.add(number, root)
		}
	}
}

func (r *spdx3Reader) takeRelationship(e *spdx3Element) {
	if e.from < 0 || e.kind == "" || !e.ends {
		r.doc.faults.add("incomplete relationship", e.Pointer, "the relationship does not name both its ends and its type")
		return
	}
	for _, to := range e.to {
		if to < 0 {
			continue
		}
		switch e.kind {
		case "describes":
			r.roots.add(e.from, to)
		case "dependsOn", "hasPrerequisite", "hasDynamicLink", "hasStaticLink", "hasOptionalDependency", "hasProvidedDependency":
			r.doc.dependency(e.from, to)
		case "hasConcludedLicense", "hasDeclaredLicense":
			r.licensed.add(e.from, to)
		case "affects", "doesNotAffect", "fixedIn", "underInvestigationFor":
			if strings.HasPrefix(e.class, "security_Vex") {
				r.verdict(e.from, to, e)
			}
		case "hasAssociatedVulnerability":
			r.verdict(to, e.from, e)
		case "hasAssessmentFor":
			r.assess(e)
		}
	}
}

// verdict keeps what is said of a weakness of an element.
func (r *spdx3Reader) verdict(vulnerability, element int32, e *spdx3Element) {
	if len(r.verdicts) < maxSPDX3Names {
		r.verdicts = append(r.verdicts, spdx3Verdict{vulnerability, element, spdx3State(e.kind), e.Pointer})
	}
}

// assess keeps the gravest score of a weakness.
func (r *spdx3Reader) assess(e *spdx3Element) {
	score, err := strconv.ParseFloat(e.score, 64)
	if err != nil || score < r.scores[e.from].base || !hold(r.scores, e.from) {
		return
	}
	r.scores[e.from] = spdx3Score{score, strings.ToLower(e.severity)}
}

func spdx3State(relationship string) string {
	switch relationship {
	case "affects":
		return "affected"
	case "doesNotAffect":
		return "not-affected"
	case "fixedIn":
		return "fixed"
	}
	return "possibly-affected"
}

// few copies the beginning of a list.
func few(list []int32) []int32 { return slices.Clone(list[:min(len(list), maxListed)]) }
