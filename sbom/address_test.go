package sbom

import (
	"slices"
	"testing"
)

func TestAddresses(t *testing.T) {
	got := cellAddresses(nil, "192.0.2.1/24, 2001:DB8::0001; SW-1.Example.com.\n::ffff:192.0.2.9 fe80::1%eth0 192.0.2.1 -bad- 42 n/a é.example")
	want := []string{"192.0.2.1", "2001:db8::1", "sw-1.example.com", "192.0.2.9", "fe80::1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
