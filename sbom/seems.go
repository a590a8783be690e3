package sbom

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ofNoKnownFormat ends what is said of an input that nothing gives away.
const ofNoKnownFormat = " of no known format"

// seems says in words what an input of no known format looks like, so that
// whoever named it knows what to do about it.
func seems(s Sample) string {
	if s.Files != nil {
		return "this folder is no input as a whole"
	}
	if isZip(s.Head) {
		return seemsOffice(s.Head) // other archives have been opened
	}
	for _, known := range knownBytes() {
		if bytes.HasPrefix(s.Head, known.magic) {
			return known.is
		}
	}
	text := bytes.TrimSpace(s.Head)
	switch {
	case !utf8.Valid(text[:len(text)-partialRune(text)]) || bytes.IndexByte(text, 0) >= 0:
		return seemsBytes(s.Head)
	case len(text) > 0 && (text[0] == '{' || text[0] == '['):
		return seemsJSON(text)
	case len(text) > 0 && text[0] == '<':
		return seemsXML(text)
	case bytes.Contains(text, []byte("AWSTemplateFormatVersion:")):
		return "CloudFormation templates are not read: they say what was asked for; give what AWS Config or the describe-commands list"
	case bytes.Contains(text, []byte("spdxVersion:")):
		return "this is text with an spdxVersion, but no SPDX document"
	}
	return cmp.Or(seemsHostText(text), "this is text"+ofNoKnownFormat)
}

type magicBytes struct {
	magic []byte
	is    string
}

func knownBytes() []magicBytes {
	return []magicBytes{
		{[]byte("7z\xbc\xaf\x27\x1c"), "7-Zip archives are not supported: unpack it"},
		{[]byte("%PDF"), "PDF documents are not supported: ask for the inventory in a form that programs read"},
		{[]byte("\xd0\xcf\x11\xe0"), "old Office documents are not supported: save it as .xlsx"},
		{[]byte("_SM_"), "this is a binary DMI table: decode it with dmidecode --from-dump"},
		{[]byte("_SM3_"), "this is a binary DMI table: decode it with dmidecode --from-dump"},
		{[]byte("\x7fELF"), "this is a program, not an inventory"},
		{[]byte("MZ"), "this is a program, not an inventory"},
		{[]byte("\n\x031."), "this is CycloneDX in the form of protocol buffers, which is not read: convert it to JSON, for example with cyclonedx convert"},
		{[]byte("\x89PNG"), "this is an image, not an inventory"},
	}
}

// jsonSigns are words that give away what a JSON document is; the first that
// is found names it.
func jsonSigns() [][2]string {
	return [][2]string{
		{`"bomFormat"`, "this is JSON with a bomFormat, but no CycloneDX document"},
		{`spdx.org/rdf/3`, "this is JSON with words of SPDX 3, but no SPDX 3 document"},
		{`"spdxId"`, "this is JSON with words of SPDX 3, but no SPDX 3 document"},
		{`"csaf_version"`, "CSAF advisories are no inventory"},
		{`openvex.dev`, "OpenVEX statements are no inventory"},
		{`"@odata.id"`, "this is JSON with an @odata.id, but no resource of a Redfish service"},
		{`"payloadType"`, "this is JSON with a payloadType, but no signed envelope"},
		{`"predicateType"`, "this is JSON with a predicateType, but no in-toto statement"},
		{`"urn:pulumi:`, "the state of Pulumi is not read: give what the cloud itself lists, or the state of Terraform"},
		{`"AWSTemplateFormatVersion"`, "CloudFormation templates are not read: they say what was asked for; give what AWS Config or the describe-commands list"},
		{`"ocid1.`, "answers of Oracle Cloud are not read: give the state of Terraform"},
		{`"OS-EXT-`, "answers of OpenStack are not read: give the state of Terraform"},
		{`aliyuncs.com`, "answers of Alibaba Cloud are not read: give the state of Terraform"},
		{`myhuaweicloud.com`, "answers of Huawei Cloud are not read: give the state of Terraform"},
		{`"RegionId": "cn-`, "answers of Alibaba Cloud are not read: give the state of Terraform"},
		{`"RegionId":"cn-`, "answers of Alibaba Cloud are not read: give the state of Terraform"},
		{`"Zone": "ap-`, "answers of Tencent Cloud are not read: give the state of Terraform"},
		{`"Zone":"ap-`, "answers of Tencent Cloud are not read: give the state of Terraform"},
		{`"arn:aws`, "this is JSON of AWS, but lists no resources: give AWS Config or the answer of a describe- or list-command"},
		{`"matchDetails"`, "this is a report of Grype, no inventory"},
		{`sarif`, "SARIF reports are no inventory"},
		{`"SchemaVersion"`, "this is a report of a scanner, no inventory"},
		{`"schema_version"`, "this is a report or advisory, no inventory"},
	}
}

func seemsJSON(text []byte) string {
	if at := tooDeep(text); at > 0 {
		return fmt.Sprintf("this is JSON nested deeper than %d at byte %d", DefaultMaxDepth, at)
	}
	for _, sign := range jsonSigns() {
		if bytes.Contains(text, []byte(sign[0])) {
			return sign[1]
		}
	}
	if first, rest, ok := bytes.Cut(text, []byte("\n")); ok && isLineOfJSON(first) && bytes.HasPrefix(bytes.TrimSpace(rest), []byte("{")) {
		return "this is NDJSON without keys that say what a product is: name them with --columns and --format-in json-rows"
	}
	return "this is JSON" + ofNoKnownFormat
}

func isLineOfJSON(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) > 2 && line[0] == '{' && line[len(line)-1] == '}'
}

// tooDeep returns the place where brackets at the start of a document pass the
// limit of nesting, or 0.
func tooDeep(text []byte) int {
	depth := 0
	for i, c := range text {
		switch c {
		case '{', '[':
			if depth++; depth > DefaultMaxDepth {
				return i
			}
		case '}', ']':
			depth--
		}
	}
	return 0
}

func seemsXML(text []byte) string {
	has := func(s string) bool { return bytes.Contains(text, []byte(s)) }
	switch {
	case has("spdx.org/rdf") && has("rdf:RDF"):
		return "this is RDF with words of SPDX, but no SPDX document"
	case has("<spdxVersion>") || has("<SPDXID>"):
		return "this is XML with words of SPDX, but no SPDX document"
	case has("<SoftwareIdentity"):
		return "SWID tags are not supported yet"
	case has("<fingerprints") && has("<fingerprint "):
		return "this is a list of fingerprints by which scanners tell products (Recog), and no inventory"
	case strings.Contains(strings.ToLower(string(text[:min(len(text), 512)])), "<html"):
		return "this is a web page, no inventory"
	}
	return "this is XML" + ofNoKnownFormat
}

// partialRune returns the length of a character that the end of the head cuts.
func partialRune(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if b := text[len(text)-n]; utf8.RuneStart(b) {
			if !utf8.FullRune(text[len(text)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

// seemsBytes tells a text with bytes that are not UTF-8 from binary data, which has
// control characters.
func seemsBytes(head []byte) string {
	if bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' }) {
		return "this is binary data"
	}
	return fmt.Sprintf("this is text that is not UTF-8 at byte %d, in no other encoding beyond doubt: repair it, or name the encoding with --encoding", invalidAt(head))
}
