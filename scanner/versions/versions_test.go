package versions

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// rising are versions of each scheme from the oldest to the newest, as their
// makers number them.
var rising = map[string][]string{
	"cisco-ios":      {"15.2(4)E", "15.2(4)E7", "15.2(4)E7a", "15.2(4)E10", "15.2(7)E", "15.2(7)E0b", "15.2(7b)E", "15.3(1)E"},
	"cisco-ios-xe":   {"3.6.5E", "03.06.06.E", "16.3.1", "16.12.9", "16.12.10a", "16.12.11", "17.3.1", "17.6.3", "17.9.4", "17.9.4a", "17.9.5", "17.10.1"},
	"cisco-ios-xr":   {"6.5.32", "7.5.2", "7.5.10", "24.1.1"},
	"cisco-nx-os":    {"6.2(24a)", "7.0(3)I7(5)", "7.0(3)I7(5a)", "7.0(3)I7(8)", "7.0(3)I7(10)", "9.3(5)", "9.3(8)", "9.3(13)", "10.2(3)F"},
	"cisco-asa":      {"9.8(4)", "9.16(4)", "9.16(4)9", "9.16(4)18", "9.16.4.57", "9.20(2)"},
	"cisco-ftd":      {"6.4.0.3", "6.4.0.17", "7.0.1-84", "7.0.2", "7.2.5.1-29"},
	"cisco-ise":      {"2.7", "3.0.0 Patch 8", "3.1", "3.1.0.518 Patch 5", "3.1 p10", "3.2"},
	"cisco":          {"2.7", "12.1(1)", "12.5(1)", "12.5(1)SU4", "12.5(1) SU10", "12.6(2)", "12.6(2)_ES4", "14.0.1"},
	"junos":          {"12.3X48-D5", "12.3X48-D105", "18.4", "18.4R1", "18.4R3", "18.4R3.8", "18.4R3-S5", "18.4R3-S10", "21.2R3-S5", "21.2R3-S5.4", "22.1R1-EVO", "22.1R2"},
	"fortinet":       {"5.0.0", "v5.0,build0252 (GA Patch 5)", "6.4.14", "v7.0.1 build0157", "7.0.2", "7.0.13", "v7.2.0,build1157,220331 (GA.F)"},
	"pan-os":         {"9.1.16-h5", "10.2.9-b3", "10.2.9-c9", "10.2.9", "10.2.9-h1", "10.2.9-h9", "10.2.9-h14", "10.2.10"},
	"huawei-vrp":     {"V200R005C10SPC800", "V200R019C10", "V200R019C10SPC500", "V200R019C10SPC500SPH003", "V200R019C10SPC500 + V200R019SPH010", "V200R019C10SPC800", "V800R021C00SPC100"},
	"comware":        {"Version 7.1.070, Release 2612P01", "R2612P10", "7.1.070 Release 6555", "7.1.070 Release 6555P01", "Release 6616P05"},
	"ilo":            {"iLO 5 1.40", "2.72", "iLO 5 v2.78", "3.01"},
	"system-rom":     {"U30 v1.46 (10/02/2018)", "U30 v2.50", "2.54", "6.40 TEI3F3E"},
	"megarac":        {"12.4", "SPx12-Update-6.00", "13.2", "SPx13-Update-4.00", "13.5"},
	"arista-eos":     {"4.20.5F", "4.28.3M", "4.28.10M", "4.30.0F"},
	"arubaos":        {"FL.10.09.1000", "10.10.1030", "ML.10.10.1100", "10.13.0001"},
	"big-ip":         {"13.1.5", "15.1.5.1", "15.1.10", "16.1.3 Build 0.0.12", "17.1.0"},
	"check-point":    {"R77.30", "R80.40 Take 94", "R80.40 Take 190", "R81", "R81.20", "R81.20 Take 26", "R81.20 Jumbo Hotfix Take 53"},
	"netscaler":      {"NS12.1: Build 65.25.nc", "13.0-91.13", "13.1-49.13", "13.1-49.15", "NS13.1: Build 51.15.nc", "14.1-8.50"},
	"esxi":           {"6.5.0", "6.7.0 Update 3", "ESXi 7.0", "7.0.0.10100", "7.0.0.10300 build 16620007", "7.0 U3f build-20036589", "ESXi70U3q-23794027", "8.0U2b", "ESXi80U3-24022510"},
	"sonicos":        {"6.5.4.4-44n", "6.5.4.15-117n", "7.0.1-5095", "7.0.1-5119", "7.1.1"},
	"routeros":       {"6.49.9", "6.49.10", "7.12beta9", "7.12rc1", "7.12rc4", "7.12", "7.12.1 (stable)"},
	"ubiquiti":       {"v6.3.6", "6.5.28", "EdgeRouter.ER-e300.v6.5.29", "v6.5.29-hotfix.1", "6.6.55"},
	"ruckus":         {"5.2.1.0.515", "5.2.2.0.317", "6.1.1", "114.0.0.0.5585"},
	"synology-dsm":   {"DSM 6.2.4-25556", "6.2.4-25556 Update 7", "DSM 7.2-64570", "7.2-64570 Update 3", "7.2.1-69057-5"},
	"qnap-qts":       {"4.3.6 build 20200330", "5.0.1.2514", "5.1.3.2578 build 20231110", "h5.1.4.2596", "5.1.10.1"},
	"ontap":          {"9.8P5", "9.12.1RC1", "9.12.1", "9.12.1P2", "9.14.1P2"},
	"zyxel":          {"V5.36", "V5.36 Patch 1", "V5.37(ABPM.0)", "V5.37(ABPM.1)C0"},
	"ivanti-connect": {"9.1R14.4", "9.1R18.3", "22.1R6.2", "22.3R1"},
	"semver":         {"1.0.0-alpha", "1.0.0-beta", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0+build5"},
	"generic":        {"01.73.06", "2.14.1", "6.10.30.00", "6.10.30.1", "7.0-rc1", "7.0", "7.0b", "7.0c", "7.0.1"},
}

func scheme(t testing.TB, name string) *Scheme {
	t.Helper()
	at := slices.IndexFunc(Schemes(), func(s *Scheme) bool { return s.Name == name })
	if at < 0 {
		t.Fatalf("no scheme %s", name)
	}
	return Schemes()[at]
}

func TestRising(t *testing.T) {
	for _, s := range Schemes() {
		list := rising[s.Name]
		if len(list) < 4 {
			t.Errorf("%s has no versions to test with", s.Name)
		}
		for i, a := range list {
			for j, b := range list {
				x, errA := s.Parse(a)
				y, errB := s.Parse(b)
				if errA != nil || errB != nil {
					t.Fatalf("%s: %v %v", s.Name, errA, errB)
				}
				c, err := Compare(x, y)
				if err != nil || (c < 0) != (i < j) || (c == 0) != (i == j) {
					t.Errorf("%s: Compare(%q, %q) = %d, %v", s.Name, a, b, c, err)
				}
			}
		}
	}
}

func TestEqual(t *testing.T) {
	for _, c := range []struct{ scheme, a, b string }{
		{"cisco-ios-xe", "Version 17.06.03", "ios xe 17.6.3"},
		{"cisco-ios-xe", "Bengaluru 17.6.3", "17.6.3"},
		{"cisco-asa", "9.16(4)18", "9.16.4.18"},
		{"fortinet", "v7.0.1 build0157", "7.0.1"},
		{"huawei-vrp", "Version 8.180 (CE6850EI V200R005C10SPC800)", "V200R005C10SPC800"},
		{"junos", "22.1R1-EVO", "22.1r1"},
		{"comware", "7.1.070, Release 6555P01", "R6555P01"},
		{"qnap-qts", "QTS 5.1.3.2578 build 20231110", "5.1.3.2578"},
		{"megarac", "SPx13-Update-4.00", "13.4"},
		{"esxi", "7.0 Update 3", "7.0.3"},
		{"generic", " Version  2.14.1 ", "v2.14.1.0"},
		{"check-point", "r81.20 take 26", "R81.20_T26"},
	} {
		if got, err := scheme(t, c.scheme).Compare(c.a, c.b); got != 0 || err != nil {
			t.Errorf("%s: Compare(%q, %q) = %d, %v", c.scheme, c.a, c.b, got, err)
		}
	}
}

func TestNotComparable(t *testing.T) {
	for _, c := range []struct{ scheme, a, b string }{
		{"cisco-ios", "15.2(4)E7", "12.2(33)SXJ1"},
		{"cisco-nx-os", "7.0(3)I7(8)", "7.0(3)F3(1)"},
		{"junos", "15.1X49-D100", "15.1X53-D590"},
		{"netscaler", "13.1-37.1-FIPS", "13.1-49.15"},
		{"esxi", "7.0.3 build-21930508", "7.0 U3f"},
		{"comware", "Feature 2702", "Release 2612"},
		{"fortinet", "7.0.1", "latest"},
		{"fortinet", "5.91", "5.9.1"},
		{"esxi", "7.0.3.01400", "7.0 U3q"},
		{"generic", "1.0-foo", "1.0-bar"},
		{"generic", "1.0-foo", "1.0"},
		{"generic", "n/a", "1.0"},
	} {
		if got, err := scheme(t, c.scheme).Compare(c.a, c.b); !errors.Is(err, ErrNotComparable) {
			t.Errorf("%s: Compare(%q, %q) = %d, %v", c.scheme, c.a, c.b, got, err)
		}
	}
}

func TestFor(t *testing.T) {
	for _, c := range []struct{ supplier, product, want string }{
		{"cisco", "Cisco IOS XE Software", "cisco-ios-xe"},
		{"cisco", "IOS", "cisco-ios"},
		{"cisco", "NX-OS Software", "cisco-nx-os"},
		{"cisco", "Adaptive Security Appliance (ASA) Software", "cisco-asa"},
		{"juniper", "Junos OS Evolved", "junos"},
		{"cisco", "Cisco Unified Communications Manager", "cisco"},
		{"hpe", "Integrated Lights-Out 5 (iLO 5)", "ilo"},
		{"huawei", "CloudEngine 12800", "huawei-vrp"},
		{"dell", "PowerEdge BIOS", "generic"},
		{"", "", "generic"},
	} {
		if got := For(c.supplier, c.product); got.Name != c.want {
			t.Errorf("For(%q, %q) = %s, want %s", c.supplier, c.product, got.Name, c.want)
		}
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct{ scheme, text, want string }{
		{"cisco-ios", "Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(4)E7, RELEASE SOFTWARE (fc2)", "15.2(4)E7"},
		{"cisco-ios-xe", "Cisco IOS Software [Bengaluru], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 17.6.3, RELEASE SOFTWARE (fc4)", "17.6.3"},
		{"junos", "Juniper Networks, Inc. ex2200-24t internet router, kernel JUNOS 12.3R12-S10 #0", "12.3R12-S10"},
		{"huawei-vrp", "Huawei Versatile Routing Platform Software VRP (R) software, Version 5.170 (S5720 V200R019C10SPC500)", "V200R019C10SPC500"},
		{"comware", "H3C Comware Platform Software, Software Version 7.1.070, Release 6555P01", "R6555P01"},
	} {
		s := scheme(t, c.scheme)
		found, ok := s.Find(c.text)
		want, err := s.Parse(c.want)
		if got, errC := Compare(found, want); !ok || err != nil || errC != nil || got != 0 {
			t.Errorf("%s: Find(%q) = %q, %v", c.scheme, c.text, found.Text, ok)
		}
	}
}

func TestWithinAndBound(t *testing.T) {
	v, err := scheme(t, "junos").Parse("22.1R3-S2")
	if err != nil || !v.Within("22.1") || v.Within("22.10") || v.Within("22.1R3-S2.1") {
		t.Error("22.1R3-S2 is of 22.1 and of nothing else")
	}
	if got := scheme(t, "netscaler").Bound("13.0", "91.13"); got != "13.0-91.13" {
		t.Errorf("Bound = %s", got)
	}
	if got := scheme(t, "ontap").Bound("9.12.1", "9.14.1P2"); got != "9.14.1P2" {
		t.Errorf("Bound = %s", got)
	}
}

// TestOrder draws versions of one scheme, changes them a little, and checks that
// no two answers contradict each other.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := Schemes()
		s := all[rapid.IntRange(0, len(all)-1).Draw(t, "scheme")]
		var three []Version
		for _, name := range []string{"a", "b", "c"} {
			text := rapid.SampledFrom(rising[s.Name]).Draw(t, name)
			text = change(text, rapid.IntRange(0, len(text)-1).Draw(t, name+" at"), rapid.SampledFrom([]byte("0123456789")).Draw(t, name+" digit"))
			v, err := s.Parse(text)
			if err != nil {
				t.Skip()
			}
			again, err := s.Parse("  VERSION " + strings.ToUpper(text) + " ")
			if c, errC := Compare(v, again); err != nil || errC != nil || c != 0 {
				t.Fatalf("%q is not itself in upper case: %d %v %v", text, c, err, errC)
			}
			three = append(three, v)
		}
		checkOrder(t, three[0], three[1], three[2])
	})
}

// change puts another digit in the place of a digit.
func change(text string, at int, digit byte) string {
	if text[at] < '0' || text[at] > '9' {
		return text
	}
	return text[:at] + string(digit) + text[at+1:]
}

func checkOrder(t *rapid.T, a, b, c Version) {
	ab, errAB := Compare(a, b)
	ba, errBA := Compare(b, a)
	if (errAB == nil) != (errBA == nil) || ab != -ba {
		t.Fatalf("%q and %q: %d one way, %d the other (%v, %v)", a.Text, b.Text, ab, ba, errAB, errBA)
	}
	bc, errBC := Compare(b, c)
	ac, errAC := Compare(a, c)
	if errAB == nil && errBC == nil && errAC == nil && ab <= 0 && bc <= 0 && ac > 0 {
		t.Fatalf("%q <= %q <= %q, but the first is after the last", a.Text, b.Text, c.Text)
	}
}

func FuzzParse(f *testing.F) {
	for _, list := range rising {
		for _, text := range list {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range Schemes() {
			v, err := s.Parse(text)
			s.Find(text)
			if err != nil {
				continue
			}
			if c, err := Compare(v, v); c != 0 || err != nil {
				t.Errorf("%s: %q is not itself", s.Name, text)
			}
		}
	})
}
