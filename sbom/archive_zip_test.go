package sbom

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// patched changes numbers in the first local header, or the first directory entry.
func patched(data []byte, signature string, at int, value ...byte) []byte {
	data = slices.Clone(data)
	copy(data[bytes.Index(data, []byte(signature))+at:], value)
	return data
}

const localHeader, directoryHeader = "PK\x03\x04", "PK\x01\x02"

// TestZipLies reads archives whose directory says what is not so.
func TestZipLies(t *testing.T) {
	bom := bomNamed("a")
	whole := zipOf(t, packed{name: "a.json", text: bom}, packed{name: "b.json", text: bomNamed("b")})
	size := func(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }
	tests := map[string]struct {
		data []byte
		want string
	}{
		"shorter":         {patched(whole, directoryHeader, 24, size(len(bom)-1)...), "contradicts the directory"},
		"longer":          {patched(whole, directoryHeader, 24, size(len(bom)+1)...), "shorter than the archive says"},
		"much longer":     {patched(whole, directoryHeader, 24, size(1<<31)...), "shorter than the archive says"},
		"packed less":     {patched(whole, directoryHeader, 20, size(10)...), "shorter than the archive says"},
		"checksum":        {patched(whole, directoryHeader, 16, size(1)...), "checksum"},
		"no local header": {patched(whole, localHeader, 4, 0, 0, 0, 0), "a"},
		"place":           {patched(whole, directoryHeader, 42, size(3)...), "contradicts the directory"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inputs, gaps := walkOf(t, "a.zip", test.data, Options{})
			if !slices.Equal(names(inputs), []string{"a.zip!a.json", "a.zip!b.json"}) || len(gaps) > 0 {
				t.Fatalf("%q %s", names(inputs), gapText(gaps))
			}
			if got := productNames(t, inputs[0], Options{}); !strings.Contains(got, test.want) {
				t.Errorf("%s, want %s", got, test.want)
			}
			if got := productNames(t, inputs[1], Options{}); got != "b" {
				t.Errorf("the other entry: %s", got)
			}
		})
	}
}

func TestZipRefused(t *testing.T) {
	whole := zipOf(t, packed{name: "a.json", text: bomNamed("a")})
	tests := map[string]struct {
		data []byte
		want string
	}{
		"encrypted":    {patched(whole, directoryHeader, 8, 9, 0), "a.zip!a.json: skipped: it is encrypted"},
		"AES":          {patched(whole, directoryHeader, 10, 99, 0), "a.zip!a.json: skipped: it is encrypted"},
		"method":       {patched(whole, directoryHeader, 10, 9, 0), "a.zip!a.json: skipped: its compression method 9 is not supported"},
		"folder":       {zipFolderWithContent(t), "a.zip!a.json/: skipped: it is named as a folder and has content"},
		"before":       {append([]byte(localHeader+strings.Repeat("x", 5000)), whole...), "bytes of the archive belong to no entry"},
		"two archives": {slices.Concat(zipOf(t, packed{name: "hidden.json", text: strings.Repeat(bomNamed("h"), 100)}), make([]byte, 4000), whole), "bytes of the archive belong to no entry"},
		"one place":    {onePlace(t), "a.zip!b.json: skipped: its bytes are also those of another entry"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, gaps := walkOf(t, "a.zip", test.data, Options{}); !strings.Contains(gapText(gaps), test.want) {
				t.Errorf("%s, want %s", gapText(gaps), test.want)
			}
		})
	}
}

// zipFolderWithContent has an entry whose name ends as that of a folder.
func zipFolderWithContent(t *testing.T) []byte {
	data := zipOf(t, packed{name: "a.jsonX", text: bomNamed("a")})
	return bytes.ReplaceAll(data, []byte("a.jsonX"), []byte("a.json/"))
}

// onePlace has two entries with the same bytes.
func onePlace(t *testing.T) []byte {
	data := zipOf(t, packed{name: "a.json", text: bomNamed("a")}, packed{name: "b.json", text: bomNamed("a")})
	second := bytes.LastIndex(data, []byte(directoryHeader))
	copy(data[second+42:], []byte{0, 0, 0, 0})
	return data
}

// TestZipCut cuts an archive at every byte: that is always an error.
func TestZipCut(t *testing.T) {
	whole := zipOf(t, packed{name: "a.json", text: bomNamed("a")})
	for n := 4; n < len(whole); n++ {
		inputs, _ := walkOf(t, "a.zip", whole[:n], Options{})
		if len(inputs) != 1 || !strings.HasPrefix(productNames(t, inputs[0], Options{}), "read a.zip: ") {
			t.Errorf("cut at byte %d of %d: %q", n, len(whole), names(inputs))
		}
	}
}

// TestZipNames reads names that are in no declared encoding.
func TestZipNames(t *testing.T) {
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("交换机清单.json")
	if err != nil {
		t.Fatal(err)
	}
	inputs, gaps := walkOf(t, "a.zip", zipOf(t, packed{name: gbk, text: bomNamed("a")}, packed{name: "\x81ber.json", text: bomNamed("b")}, packed{name: "über.json", text: bomNamed("b")}), Options{})
	if got := names(inputs); !slices.Equal(got, []string{"a.zip!交换机清单.json", "a.zip!über.json"}) || len(gaps) != 1 {
		t.Errorf("%q %s", got, gapText(gaps))
	}
}

// xzBlockHeader is the header of a block with a window of the given code.
func xzBlockHeader(window byte) []byte {
	head := []byte{2, 0, 0x21, 1, window, 0, 0, 0}
	return binary.LittleEndian.AppendUint32(head, crc32.ChecksumIEEE(head))
}

// TestZipManyEntries makes sure that opening the entries of a large archive takes
// time that grows with their number only.
func TestZipManyEntries(t *testing.T) {
	var files []packed
	for i := range 3000 {
		files = append(files, packed{name: strings.Repeat("d/", i%5) + string(rune('a'+i%26)) + strings.Repeat("x", i/26) + ".json", text: bomNamed("a")})
	}
	inputs, gaps := walkOf(t, "a.zip", zipWith(t, zip.Store, files...), Options{})
	if len(inputs) != len(files) || len(gaps) > 0 {
		t.Fatalf("%d inputs, %d gaps", len(inputs), len(gaps))
	}
	for _, in := range inputs {
		if got := productNames(t, in, Options{}); got != "a" {
			t.Fatalf("%s: %s", in.Name, got)
		}
	}
}
