package vendors

import (
	"bytes"
	"flag"
	"os"
	"reflect"
	"testing"
)

var update = flag.Bool("update", false, "write index.gen anew from data/ and lists/")

// TestIndex holds the embedded index equal to the files it is made from.
func TestIndex(t *testing.T) {
	d, err := Load(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	want := d.compile()
	if *update {
		if err := os.WriteFile("index.gen", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if index != string(want) {
		t.Error("index.gen differs from data/ and lists/: write it anew with make generate")
	}
}

func TestDefault(t *testing.T) {
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	files, err := Load(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Records()) != len(files.Records()) || len(d.Lists()) != len(files.Lists()) {
		t.Fatalf("%d suppliers and %d lists built in, %d and %d in the files", len(d.Records()), len(d.Lists()), len(files.Records()), len(files.Lists()))
	}
	for i, r := range d.Records() {
		if !bytes.Equal(pack(r), pack(files.Records()[i])) {
			t.Errorf("%s: the built-in record differs from its file", r.ID)
		}
	}
	for i, l := range d.Lists() {
		if !bytes.Equal(pack(l), pack(files.Lists()[i])) {
			t.Errorf("%s: the built-in list differs from its file", l.ID)
		}
	}
	if !reflect.DeepEqual(d.DataSets(), files.DataSets()) {
		t.Errorf("data sets %v built in, %v from the files", d.DataSets(), files.DataSets())
	}
}

// TestDamagedIndex cuts and changes the index: it must give an error, or a
// directory, and never panic.
func TestDamagedIndex(t *testing.T) {
	for n := 0; n < len(index); n += 1 + len(index)/300 {
		var c compiled
		if err := unpack(index[:n], &c); err == nil {
			t.Errorf("an index cut to %d bytes is read without error", n)
		}
		broken := []byte(index)
		broken[n] ^= 0x55
		_ = unpack(string(broken), &compiled{})
	}
}

func BenchmarkDefault(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Default(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(os.DirFS(".")); err != nil {
			b.Fatal(err)
		}
	}
}
