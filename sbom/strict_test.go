package sbom

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/netvet/netvet"
)

// cdxJSONText is a CycloneDX document with the given members beside the necessary.
func cdxJSONText(members string) string {
	return `{"bomFormat":"CycloneDX","specVersion":"1.6",` + members + `}`
}

func cdxXMLText(content string) string {
	return `<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6">` + content + `</bom>`
}

// TestRefusals reads documents that must be refused, with what the error must say.
func TestRefusals(t *testing.T) {
	deep := strings.Repeat(`{"a":[`, 200) + strings.Repeat(`]}`, 200)
	long := strings.Repeat("x", DefaultMaxString+1)
	tests := []struct{ name, text, want string }{
		{"key twice", cdxJSONText(`"components":[{"type":"device","name":"Kia","name":"Kio"}]`), `/components/0/name: key "name" is given twice, as "Kia" and as "Kio" (byte 95)`},
		{"key twice by case", cdxJSONText(`"metadata":{"supplier":{"address":{"country":"KR","Country":"CN"}}}`), `keys "country" and "Country" differ only in case, with values "KR" and "CN"`},
		{"unknown key first", cdxJSONText(`"components":[{"Name":"b","name":"a","type":"library"}]`), `keys "Name" and "name" differ only in case`},
		{"key twice by Kelvin sign", cdxJSONText(`"k":1,"\u212a":2`), `differ only in case, with values 1 and 2`},
		{"key twice by escape", cdxJSONText(`"metadata":{"timestamp":"a","timest\u0061mp":"b"}`), `key "timestamp" is given twice, as "a" and as "b"`},
		{"key twice where nobody looks", cdxJSONText(`"annotations":[{"x":{"y":[{"z":1,"z":[2]}]}}]`), `/annotations/0/x/y/0/z: key "z" is given twice, as 1 and as an object or array`},
		{"key twice at the root", cdxJSONText(`"components":[],"components":[]`), `key "components" is given twice, as an object or array and as an object or array`},
		{"key twice among many", cdxJSONText(`"x":{` + manyMembers(100) + `,"K7":0}`), `keys "k7" and "K7" differ only in case, with values 7 and 0`},
		{"too many keys", cdxJSONText(`"x":{` + manyMembers(maxKeysOfObject+1) + `}`), `an object with more than 100000 keys`},
		{"nested too deep", cdxJSONText(`"x":` + deep), `nesting deeper than 256 at byte`},
		{"nested too deep in a component", cdxJSONText(`"components":[{"name":` + strings.Repeat("[", 300) + strings.Repeat("]", 300) + `}]`), `nesting deeper than 256 at byte`},
		{"second document", cdxJSONText(`"components":[]`) + ` {}`, `at byte 62: more follows the end of the document`},
		{"text behind", cdxJSONText(`"components":[]`) + "\nend", `at byte 62: more follows the end of the document`},
		{"text before", "INFO start\n" + cdxJSONText(`"components":[]`), `at byte 0: invalid character 'I'`},
		{"cut off", cdxJSONText(`"components":[]`)[:50], `the document ends in the middle`},
		{"long string", cdxJSONText(`"components":[{"type":"library","name":"` + long + `"}]`), `a string longer than 1048576 bytes`},
		{"long string where nobody looks", cdxJSONText(`"x":["` + long + `"]`), `a string longer than 1048576 bytes`},
		{"very long string", cdxJSONText(`"x":"` + strings.Repeat(long, 3) + `"`), `a string longer than 1048576 bytes`},
		{"invalid UTF-8", cdxJSONText("\"components\":[{\"name\":\"M\xfcller\"}]"), `invalid UTF-8`},
		{"half a surrogate", cdxJSONText(`"components":[{"name":"\ud800"}]`), `surrogate`},
		{"control character", cdxJSONText("\"x\":\"a\x00b\""), `invalid character '\x00'`},
		{"no bomFormat", `{"specVersion":"1.6","components":[]}`, `no bomFormat`},
		{"other bomFormat", `{"bomFormat":"cyclonedx","specVersion":"1.6"}`, `bomFormat is "cyclonedx", expected exactly "CycloneDX"`},
		{"no specVersion", `{"bomFormat":"CycloneDX"}`, `no specVersion`},
		{"unknown specVersion", `{"bomFormat":"CycloneDX","specVersion":"9.9"}`, `unsupported version "9.9"`},
		{"specVersion before JSON", `{"bomFormat":"CycloneDX","specVersion":"1.1"}`, `unsupported version "1.1"`},
		{"components no list", cdxJSONText(`"components":{"name":"a"}`), `/components is an object, expected an array`},
		{"nested components no list", cdxJSONText(`"components":[{"type":"device","name":"a","components":"b"}]`), `/components/0/components is a string, expected an array`},
		{"root no object", `[{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}]`, `is an array, expected an object`},

		{"document type", `<?xml version="1.0"?><!DOCTYPE bom [<!ENTITY a "b">]><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>`, `a document type (<!DOCTYPE ...>) is refused`},
		{"entity", cdxXMLText(`<components><component type="library"><name>&a;</name></component></components>`), `invalid character entity`},
		{"other root", `<boom xmlns="http://cyclonedx.org/schema/bom/1.6"/>`, `the root is <boom>`},
		{"other namespace", `<bom xmlns="http://example.com/schema/bom/1.6"/>`, `of namespace "http://example.com/schema/bom/1.6"`},
		{"unknown version", `<bom xmlns="http://cyclonedx.org/schema/bom/1.8"/>`, `unsupported version "1.8"`},
		{"second root", cdxXMLText("") + `<bom/>`, `more follows the end of the document: <bom>`},
		{"text behind the root", cdxXMLText("") + `end`, `more follows the end of the document`},
		{"text before the root", `start ` + cdxXMLText(""), `text before the document`},
		{"element twice", cdxXMLText(`<components><component type="library"><name>a</name><name>b</name></component></components>`), `/components/0: element <name> is given twice, as "a" and as "b"`},
		{"element twice by case", cdxXMLText(`<components><component type="library"><Name>a</Name><name>b</name></component></components>`), `elements <Name> and <name> differ only in case`},
		{"list twice", cdxXMLText(`<components/><components/>`), `element <components> is given twice`},
		{"attribute twice", cdxXMLText(`<components><component type="library" type="device"><name>a</name></component></components>`), `attribute "type" twice, as "library" and as "device"`},
		{"many attributes", cdxXMLText(`<components ` + manyAttributes(100) + `/>`), `more than 64 attributes`},
		{"XML nested too deep", cdxXMLText(strings.Repeat("<a>", 300)), `nesting deeper than 256`},
		{"XML cut off", cdxXMLText("")[:70], `cut off`},
		{"XML long text", cdxXMLText(`<components><component type="library"><name>` + long + `</name></component></components>`), `longer than 1048576 bytes`},
		{"XML long comment", cdxXMLText(`<!--` + strings.Repeat(long, 3) + `-->`), `longer than 1048576 bytes`},
		{"XML in Latin-1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"/>", `text in ISO-8859-1 is not read: convert it to UTF-8`},
		{"XML invalid UTF-8", cdxXMLText("<components><component type=\"library\"><name>M\xfcller</name></component></components>"), `invalid UTF-8`},

		{"SPDX 3 by version", `{"spdxVersion":"SPDX-3.0","SPDXID":"x"}`, `SPDX 3.0 is not supported in the form of SPDX 2`},
		{"SPDX unknown version", `{"spdxVersion":"SPDX-2.9","SPDXID":"x"}`, `unsupported version "SPDX-2.9"`},
		{"SPDX no version", `{"SPDXID":"SPDXRef-DOCUMENT","packages":[]}`, `no spdxVersion`},
		{"SPDX packages no list", `{"spdxVersion":"SPDX-2.3","packages":"none"}`, `/packages is a string, expected an array`},
		{"SPDX key twice", `{"spdxVersion":"SPDX-2.3","packages":[{"name":"a","supplier":"Organization: A","supplier":"Organization: B"}]}`, `key "supplier" is given twice, as "Organization: A" and as "Organization: B"`},

		{"tag-value no tag", "SPDXVersion: SPDX-2.3\nPackageName\n", `at byte 22 (line 2): expected "Tag: value"`},
		{"tag-value text cut off", "SPDXVersion: SPDX-2.3\nPackageName: a\nPackageComment: <text>b\n", `ends inside the <text> that began in line 3`},
		{"tag-value Latin-1", "SPDXVersion: SPDX-2.3\nPackageName: a\nPackageSupplier: Organization: M\xfcller\n", `at byte 69 (line 3): invalid UTF-8`},
		{"tag-value tag twice", "SPDXVersion: SPDX-2.3\nPackageName: a\nPackageVersion: 1\nPackageVersion: 2\n", `tag PackageVersion is given twice, as "1" and as "2"`},
		{"tag-value tag twice by case", "SPDXVersion: SPDX-2.3\nPackageName: a\nPackageversion: 1\nPackageVersion: 2\n", `tags Packageversion and PackageVersion differ only in case`},
		{"tag-value long line", "SPDXVersion: SPDX-2.3\nPackageName: " + long + "\n", `a line longer than 1048576 bytes`},
		{"tag-value old version", "SPDXVersion: SPDX-1.2\n", `unsupported version "SPDX-1.2"`},

		{"empty", "", "is empty"},
		{"white space", " \r\n\t\n", "is empty"},
		{"UTF-32", "\xff\xfe\x00\x00{\x00\x00\x00", "text in UTF-32LE is not read"},
		{"zip", "PK\x03\x04...", "this is a zip archive, which holds inputs and is none itself"},
		{"gzip", "\x1f\x8b\x08...", "the gzip data are cut off"},
		{"CycloneDX in protocol buffers", "\n\x031.6\x10\x01\x1a-urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "CycloneDX in the form of protocol buffers, which is not read: convert it to JSON"},
		{"PDF", "%PDF-1.7", "PDF documents are not supported"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := readInput(t, textInput("bad", test.text), Options{})
			if !strings.HasPrefix(got.Error, "read bad: ") || !strings.Contains(got.Error, test.want) {
				t.Errorf("error %q does not say %q", got.Error, test.want)
			}
			if len(got.Error) > 1000 {
				t.Errorf("the error is %d bytes long", len(got.Error))
			}
		})
	}
}

func manyMembers(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`"k%d":%d`, i, i))
	}
	return strings.Join(list, ",")
}

func manyAttributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ` a%d="%d"`, i, i)
	}
	return b.String()
}

// TestLenient reads what only strictness refuses: the first of two counts and the
// second becomes a gap.
func TestLenient(t *testing.T) {
	tests := []struct{ text, gap string }{
		{cdxJSONText(`"components":[{"type":"device","name":"Kia","name":"Kio"}]`), `key "name" is given twice, as "Kia" and as "Kio"; the first is taken`},
		{cdxXMLText(`<components><component type="device"><name>Kia</name><name>Kio</name></component></components>`), `element <name> is given twice, as "Kia" and as "Kio"`},
		{`{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","name":"Kia","name":"Kio"}]}`, `key "name" is given twice, as "Kia" and as "Kio"; the first is taken`},
	}
	for _, test := range tests {
		got := readInput(t, textInput("twice", test.text), Options{Lenient: true})
		if got.Error != "" || !slices.ContainsFunc(got.Gaps, func(g netvet.Gap) bool { return strings.Contains(g.Reason, test.gap) }) {
			t.Errorf("%s: %s %v", test.text, got.Error, got.Gaps)
			continue
		}
		if name := got.Products[0].Product.Name + got.Products[0].nameOfFirst(); !strings.Contains(name, "Kia") {
			t.Errorf("%s: %q was taken", test.text, name)
		}
	}
}

func (p *readProduct) nameOfFirst() string {
	if len(p.Components) == 0 {
		return ""
	}
	return p.Components[0].Name
}

// TestKeysAreNotFolded makes sure that a key in another case is not taken for the
// key: that is what separates one reader's view of a document from another's.
func TestKeysAreNotFolded(t *testing.T) {
	got := readInput(t, textInput("case", cdxJSONText(`"components":[{"type":"library","NAME":"shout","Version":"1"}]`)), Options{})
	if c := got.Products[0].Components[0]; c.Name != "" || c.Version != "" {
		t.Errorf("name %q and version %q were read from keys in another case", c.Name, c.Version)
	}
}

// TestOddButValid reads documents that are unusual and allowed.
func TestOddButValid(t *testing.T) {
	tests := []struct {
		name, text string
		components int
	}{
		{"NUL in a description", cdxJSONText(`"components":[{"type":"library","name":"a","description":"a\u0000b"}]`), 1},
		{"escapes", cdxJSONText(`"components":[{"type":"library","name":"\u0061\\\"\/"}]`), 1},
		{"no components", cdxJSONText(`"components":[]`), 0},
		{"white space everywhere", strings.NewReplacer(`,`, " ,\r\n\t", `:`, " : ", `[`, "[ ", `]`, " ]", `{`, "{ ", `}`, " }").Replace(cdxJSONText(`"components":[{"type":"library","name":"a"},{"type":"library","name":"b"}]`)), 2},
		{"XML with comments and instructions", `<?xml version="1.0"?><!-- a --><?b c?>` + "\n" + `<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><!-- d --><components><component type="library"><name><!-- e -->f</name></component></components></bom><!-- g -->` + "\n", 1},
		{"XML with a prefix", `<c:bom xmlns:c="http://cyclonedx.org/schema/bom/1.5"><c:components><c:component type="library"><c:name>a</c:name></c:component></c:components></c:bom>`, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := readInput(t, textInput("odd", test.text), Options{})
			if got.Error != "" || len(got.Gaps) > 0 || got.Counts["components"] != test.components {
				t.Errorf("%d components, %s %v", got.Counts["components"], got.Error, got.Gaps)
			}
		})
	}
}

// TestNulls reads documents with null where something else must stand: what is there is
// read, and each null is told.
func TestNulls(t *testing.T) {
	tests := []struct {
		text, gap string
		gaps      int
	}{
		{`"metadata":null,"components":[{"type":"library","name":"a"}]`, "metadata is null, expected an object", 1},
		{`"metadata":{"component":null},"components":[{"type":"library","name":"a"}]`, "component is null, expected an object", 1},
		{`"components":[{"type":"library","name":"a","licenses":null,"hashes":null,"supplier":null}]`, "licenseChoice is null, expected an array", 3},
	}
	for _, test := range tests {
		got := readInput(t, textInput("null", cdxJSONText(test.text)), Options{})
		if got.Error != "" || len(got.Gaps) != test.gaps || !strings.Contains(got.Gaps[0].Reason, test.gap) || got.Counts["components"] != 1 {
			t.Errorf("%s: %d components, %s %v", test.text, got.Counts["components"], got.Error, got.Gaps)
		}
	}
}

// TestEncodings reads one document in every form of Unicode that is marked or plain
// to see.
func TestEncodings(t *testing.T) {
	for _, name := range []string{"cyclonedx-json/array.json", "cyclonedx-xml/array.xml", "spdx-tagvalue/firmware.spdx"} {
		data, err := os.ReadFile("../testdata/inventory/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".xml") {
			data = bytes.Replace(data, []byte(` encoding="UTF-8"`), nil, 1)
		}
		want := readInput(t, bytesInput("same", data), Options{})
		for form, encoded := range map[string][]byte{
			"UTF-8 with a mark":       append([]byte("\xef\xbb\xbf"), data...),
			"UTF-16LE with a mark":    append([]byte("\xff\xfe"), inUTF16(data, false)...),
			"UTF-16BE with a mark":    append([]byte("\xfe\xff"), inUTF16(data, true)...),
			"UTF-16LE without a mark": inUTF16(data, false),
			"UTF-16BE without a mark": inUTF16(data, true),
		} {
			got := readInput(t, bytesInput("same", encoded), Options{})
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(readProduct{})); diff != "" {
				t.Errorf("%s in %s:\n%s", name, form, diff)
			}
		}
	}
}

func inUTF16(text []byte, big bool) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(string(text))) {
		if big {
			out = append(out, byte(unit>>8), byte(unit))
		} else {
			out = append(out, byte(unit), byte(unit>>8))
		}
	}
	return out
}

func TestBrokenUTF16(t *testing.T) {
	text := inUTF16([]byte(cdxJSONText(`"components":[{"type":"library","name":"a"}]`)), false)
	for _, test := range []struct {
		data []byte
		want string
	}{
		{append(bytes.Clone(text), '\n'), "ends inside a character at byte 180"},
		{bytes.Replace(text, []byte("a\x00\"\x00}"), []byte("\x00\xd8\"\x00}"), 1), "half of a surrogate pair"},
	} {
		got := readInput(t, bytesInput("bad", test.data), Options{})
		if !strings.Contains(got.Error, test.want) {
			t.Errorf("error %q does not say %q", got.Error, test.want)
		}
	}
}
