package versions

import "slices"

// table describes the schemes. Patterns are written for lower case and match a
// version whole; their groups are named by the fields. Words of users are written
// as names are cut: runs of letters and runs of digits.
func table() []described {
	return slices.Concat(ciscoSchemes(), switchSchemes(), firewallSchemes(), serverSchemes(), applianceSchemes(), plainSchemes())
}

const dotted = `\d+(?:\.\d+)*`

func ciscoSchemes() []described {
	return []described{
		{Scheme{Name: "cisco-ios-xe", Users: []User{{"cisco", []string{"ios xe", "iosxe"}}},
			Source:   "Cisco IOS XE release naming, Cisco IOS and NX-OS Software Reference Guide",
			Prefixes: []string{"cisco", "ios", "xe", "ios-xe", "denali", "everest", "fuji", "gibraltar", "amsterdam", "bengaluru", "cupertino", "dublin"}},
			[]string{`0*(?P<ver>3\.\d+\.\d+)(?P<let>[a-z]?)\.?(?P<train>sg|se|sq|xo|ja|s|e)`, `(?P<ver>[1-9]\d\.\d+(?:\.\d+){0,2})(?P<let>[a-z]?)(?P<n>\d*)`},
			parts(of(number, "ver"), of(letter, "let"), of(number, "n"), of(class, "train"))},
		{Scheme{Name: "cisco-ios-xr", Users: []User{{"cisco", []string{"ios xr", "iosxr"}}}, Source: "Cisco IOS XR release naming",
			Prefixes: []string{"cisco", "ios", "xr"}},
			[]string{`(?P<ver>` + dotted + `)(?P<let>[a-z]?)`}, parts(of(number, "ver"), of(letter, "let"))},
		{Scheme{Name: "cisco-nx-os", Users: []User{{"cisco", []string{"nx os", "nxos", "nexus", "mds", "ucs"}}}, Source: "Cisco NX-OS release naming; Cisco UCS",
			Prefixes: []string{"cisco", "nx-os", "nxos", "system"}},
			[]string{`(?P<ver>\d+\.\d+)\((?P<maint>` + dotted + `)\.?(?P<sub>[a-z]*)\)(?:(?P<train>[a-z]+)(?P<rel>\d+)\((?P<build>` + dotted + `)(?P<let>[a-z]*)\)|[a-z])?`},
			parts(of(number, "ver"), of(number, "maint"), of(letter, "sub"), of(class, "train"), of(number, "rel"), of(number, "build"), of(letter, "let"))},
		{Scheme{Name: "cisco-asa", Users: []User{{"cisco", []string{"adaptive security appliance", "adaptive security appliances", "asa"}}}, Source: "Cisco ASA release numbering",
			Prefixes: []string{"cisco", "asa"}},
			[]string{`(?P<ver>\d+\.\d+)\((?P<maint>` + dotted + `)\)(?P<build>\d*)`, `(?P<ver>` + dotted + `)`}, parts(of(number, "ver", "maint", "build"))},
		{Scheme{Name: "cisco-ftd", Users: []User{{"cisco", []string{"firepower", "threat defense", "ftd", "secure firewall"}}}, Source: "Cisco Secure Firewall release numbering",
			Prefixes: []string{"cisco", "ftd"}},
			[]string{`(?P<ver>` + dotted + `)(?:-\d+| ?\(?build \d+\)?)?`}, parts(of(number, "ver"))},
		{Scheme{Name: "cisco-ise", Users: []User{{"cisco", []string{"identity services engine", "ise"}}}, Source: "Cisco ISE release numbering: release, patch",
			Prefixes: []string{"cisco", "ise"}},
			[]string{`(?P<ver>\d+\.\d+)(?:\.0)?(?:\.\d{3})?[ -]*(?:p(?:atch)?[ -]*(?P<patch>\d+))?`}, parts(of(number, "ver"), of(number, "patch"))},
		{Scheme{Name: "cisco-ios", Users: []User{{"cisco", []string{"ios"}}}, Source: "Cisco IOS and NX-OS Software Reference Guide, white paper on IOS release naming",
			Prefixes: []string{"cisco", "ios"}},
			[]string{`(?P<ver>\d+\.\d+)\((?P<maint>` + dotted + `)(?P<sub>[a-z]?)\)(?P<train>[a-z]*)(?P<rebuild>\d*)(?P<let>[a-z]?)`},
			parts(of(class, "train"), of(number, "ver"), of(number, "maint"), of(letter, "sub"), of(number, "rebuild"), of(letter, "let"))},
		{Scheme{Name: "cisco", Users: []User{{"cisco", nil}}, Source: "Cisco: release, maintenance release, and service updates, engineering specials or service releases",
			Prefixes: []string{"cisco"}},
			[]string{`(?P<ver>\d+\.\d+)\((?P<maint>` + dotted + `)(?P<sub>[a-z]*)\)(?P<tail>[ ._-]?[a-z]*\d*[a-z]?\d*)`, `(?P<ver>` + dotted + `)(?P<tail>(?:[ ._-]{0,2}(?:\d+|[a-z]+))*)`},
			parts(of(number, "ver"), of(number, "maint"), of(letter, "sub"), of(tail, "tail"))},
	}
}

func switchSchemes() []described {
	return []described{
		{Scheme{Name: "junos", Users: []User{{"juniper", []string{"junos", "srx", "mx", "ex", "qfx", "ptx", "acx", "nfx", "vsrx"}}}, Source: "Juniper: Junos OS release numbering",
			Prefixes: []string{"juniper", "junos", "os"}},
			[]string{`(?P<ver>\d+\.\d+)(?:(?P<x>x\d+)(?:-d(?P<d>` + dotted + `))?|r(?P<r>\d+)(?:\.(?P<spin>\d+))?(?:-s(?P<s>` + dotted + `))?)?(?:-?evo)?`},
			parts(of(number, "ver"), of(class, "x"), of(number, "d"), of(number, "r"), of(number, "s"), of(number, "spin"))},
		{Scheme{Name: "huawei-vrp", Users: []User{{"huawei", nil}}, Source: "Huawei: V (product), R (release), C (customer version), SPC (patch version), SPH (hot patch)",
			Prefixes: []string{"huawei", "vrp"}},
			[]string{`(?:(?:vrp[^(]*)?` + dotted + ` ?\((?:[a-z0-9-]+ )?)?v(?P<v>\d{1,3})r(?P<r>\d{1,3})(?:c(?P<c>\d{1,3}))?(?:spc(?P<spc>\d+))?(?P<kind>[a-z]{0,4}?)(?:b\d+)?(?:[ +,]*(?:v\d+r\d+(?:c\d+)?(?:spc\d+)?)?s?ph(?P<sph>\d+))?\)?`},
			parts(of(number, "v"), of(number, "r"), of(number, "c"), of(number, "spc"), of(number, "sph"), of(class, "kind"))},
		{Scheme{Name: "comware", Users: []User{{"h3c", nil}, {"hpe", []string{"comware", "flexfabric", "flexnetwork"}}}, Source: "H3C Comware: platform version, then the product's own release (R), feature (F) or other line, and patch (P)",
			Prefixes: []string{"h3c", "comware"}},
			[]string{`(?:` + dotted + `,? )?(?:release |(?P<line>feature |ess |alpha |beta |[efd])|r)? ?(?P<rel>\d{4,5})(?:p(?P<patch>\d+))?(?:h(?P<hot>\d+))?`},
			parts(of(class, "line"), of(number, "rel"), of(number, "patch"), of(number, "hot"))},
		{Scheme{Name: "arista-eos", Users: []User{{"arista", nil}}, Source: "Arista EOS life cycle: the letter tells the kind of train, not the order",
			Prefixes: []string{"arista", "eos"}},
			[]string{`(?P<ver>` + dotted + `)(?:fx|[fm])?`}, parts(of(number, "ver"))},
		{Scheme{Name: "arubaos", Users: []User{{"aruba", nil}, {"hpe", []string{"aruba", "arubaos", "aos", "instant"}}}, Source: "HPE Aruba Networking: the letters before the numbers name the platform",
			Prefixes: []string{"aruba", "arubaos", "arubaos-cx", "aos-cx", "aos"}},
			[]string{`(?:[a-z]{1,2}\.)?(?P<ver>` + dotted + `)(?:_\d+)?`}, parts(of(number, "ver"))},
		{Scheme{Name: "routeros", Users: []User{{"mikrotik", nil}}, Source: "MikroTik RouterOS: beta, rc, then the release",
			Prefixes: []string{"mikrotik", "routeros"}},
			[]string{`(?P<ver>` + dotted + `)(?P<early>alpha|beta|rc)?(?P<n>\d*)(?: \([a-z-]+\))?`}, parts(of(number, "ver"), of(before, "early"), of(number, "n"))},
		{Scheme{Name: "ubiquiti", Users: []User{{"ubiquiti", nil}}, Source: "Ubiquiti firmware names: board, version, hotfix, build",
			Prefixes: []string{"ubnt", "unifi", "edgeos", "airos"}},
			[]string{`(?:[a-z0-9-]+\.)*v(?P<ver>` + dotted + `)(?:-hotfix\.(?P<hot>\d+))?(?:[-.+]\d{5,}[0-9.]*)?`, `(?P<ver>` + dotted + `)(?:-hotfix\.(?P<hot>\d+))?(?:[-+]\d{5,})?`},
			parts(of(number, "ver"), of(number, "hot"))},
		{Scheme{Name: "ruckus", Users: []User{{"ruckus", nil}, {"commscope", nil}}, Source: "RUCKUS: dotted numbers, the last is the build; ICX trains have letters",
			Prefixes: []string{"ruckus"}},
			[]string{`(?:[a-z]{3})?(?P<ver>` + dotted + `)(?P<let>[a-z]?)(?P<n>\d*)`}, parts(of(number, "ver"), of(letter, "let"), of(number, "n"))},
	}
}

func firewallSchemes() []described {
	return []described{
		{Scheme{Name: "fortinet", Users: []User{{"fortinet", nil}}, Source: "Fortinet: release, and before 5.2 a patch; the build follows the release; some devices write 5.9.1 as 5.91, which has no order",
			Prefixes: []string{"fortinet", "fortios"}},
			[]string{`(?P<run>\d+\.\d\d+)(?:[ ,-]+build ?\d+(?:,\d+)?)?(?: \([a-z.]+\))?`,
				`(?P<ver>` + dotted + `)(?:[ ,-]+build ?\d+(?:,\d+)?)?(?: \((?:[a-z.]+(?: patch (?P<patch>\d+))?)\)?)?`},
			parts(of(class, "run"), of(number, "ver", "patch"))},
		{Scheme{Name: "pan-os", Users: []User{{"palo-alto-networks", nil}}, Source: "Palo Alto Networks: release, beta (b) or candidate (c), hotfix (h)",
			Prefixes: []string{"pan-os", "panos"}},
			[]string{`(?P<ver>` + dotted + `)(?:-(?P<early>[bc])(?P<n>\d+))?(?:-h(?P<hot>\d+))?(?:[-.]?xfr)?`},
			parts(of(number, "ver"), of(before, "early"), of(number, "n"), of(number, "hot"))},
		{Scheme{Name: "check-point", Users: []User{{"check-point", nil}}, Source: "Check Point: release, take of the jumbo hotfix accumulator",
			Prefixes: []string{"check point", "gaia"}},
			[]string{`r?(?P<ver>` + dotted + `)(?:[ ,_.-]+(?:jumbo (?:hf|hotfix)(?: accumulator)? )?(?:take|t)[ _]*(?P<take>\d+))?`}, parts(of(number, "ver"), of(number, "take"))},
		{Scheme{Name: "sonicos", Users: []User{{"sonicwall", nil}}, Source: "SonicWall: release, build; the letters tell the line of products",
			Prefixes: []string{"sonicos", "sonicosx", "enhanced"}},
			[]string{`(?P<ver>` + dotted + `)(?:-(?P<build>\d+)(?:n|o|sv|r\d+)?)?(?:-r?\d+)?`}, parts(of(number, "ver"), of(number, "build"))},
		{Scheme{Name: "netscaler", Users: []User{{"citrix", []string{"adc", "netscaler", "gateway", "sd wan"}}, {"cloud-software-group", []string{"adc", "netscaler", "gateway"}}},
			Source:   "Citrix ADC: release, build; certified editions have lines of their own",
			Prefixes: []string{"citrix", "adc", "netscaler", "ns"}, joined: true},
			[]string{`(?P<ver>\d+\.\d+)(?:-(?P<ed>fips|ndcpp))?(?:[: -]+(?:build )?(?P<build>\d+\.\d+))?(?:-(?P<ed2>fips|ndcpp))?(?:\.?nc)?`},
			parts(of(class, "ed", "ed2"), of(number, "ver"), of(number, "build"))},
		{Scheme{Name: "ivanti-connect", Users: []User{{"ivanti", []string{"connect secure", "policy secure", "neurons"}}, {"pulse-secure", nil}}, Source: "Ivanti Connect Secure: version, R release"},
			[]string{`(?P<ver>\d+\.\d+)(?:\.0)?r(?P<r>` + dotted + `)(?: \(?build \d+\)?)?`}, parts(of(number, "ver"), of(number, "r"))},
		{Scheme{Name: "big-ip", Users: []User{{"f5", nil}}, Source: "F5: version, build, hotfix", Prefixes: []string{"big-ip", "big-iq"}},
			[]string{`(?P<ver>` + dotted + `)(?: hf-?(?P<hot>\d+))?(?:(?:[ -]+build[ -]?|-)` + dotted + `)?(?: engineering hotfix| final| point release \d+)?`}, parts(of(number, "ver"), of(number, "hot"))},
	}
}

func serverSchemes() []described {
	return []described{
		{Scheme{Name: "ilo", Users: []User{{"hpe", []string{"ilo", "lights out"}}, {"hp", []string{"ilo", "lights out"}}}, Source: "HPE iLO: two numbers",
			Prefixes: []string{"hpe", "ilo 4", "ilo 5", "ilo 6", "ilo 7", "ilo4", "ilo5", "ilo6", "ilo7", "ilo"}},
			[]string{`(?P<ver>\d+\.\d+)(?:\.?p(?P<patch>\d+))?(?: pass \d+)?(?: [a-z]{3} \d{1,2},? \d{4})?`}, parts(of(number, "ver"), of(number, "patch"))},
		{Scheme{Name: "system-rom", Users: []User{{"hpe", []string{"proliant", "bios", "rom", "synergy", "apollo"}}, {"lenovo", []string{"thinksystem", "thinkagile", "xcc", "uefi", "xclarity controller"}}},
			Source: "HPE: family of the ROM, version, date; Lenovo: version and build id", Prefixes: []string{"bios", "uefi", "xcc"}},
			[]string{`(?:[a-z]\d{2} )?v?(?P<ver>` + dotted + `)(?:[ _-]*\(?[a-z]{3}[0-9a-z]{3}[a-z]\)?)?(?: ?\(?\d\d/\d\d/\d{4}\)?)?`, `[a-z]{3}[0-9a-z]{3}[a-z][ -]+v?(?P<ver>` + dotted + `)`}, parts(of(number, "ver"))},
		{Scheme{Name: "megarac", Users: []User{{"ami", []string{"megarac", "spx", "sp x"}}}, Source: "AMI security advisories: SPx13-Update-4.00 is 13.4",
			Prefixes: []string{"ami", "megarac", "spx", "sp-x"}},
			[]string{`(?P<ver>` + dotted + `)(?:[ _-]*update[ _-]*(?P<up>` + dotted + `))?`}, parts(of(number, "ver", "up"))},
		{Scheme{Name: "esxi", Users: []User{{"vmware", []string{"esxi", "esx", "vcenter", "vsphere"}}, {"broadcom", []string{"esxi", "vcenter", "vsphere"}}}, Source: "VMware: release, update, letter of the patch; neither a build alone nor a fourth number tells the letter",
			Prefixes: []string{"vmware", "esxi", "esx", "vcenter", "server"}},
			[]string{`esxi(?P<major>\d)(?P<minor>\d)(?:u(?P<u>\d+))?s?(?P<let>[a-z]?)(?:-\d+)?`,
				`(?P<ver>\d+\.\d+)(?:\.0)? ?(?:update |u)(?P<u>\d+) ?s?(?P<let>[a-z]?)(?:[ ,-]*build[ -]?\d+|-\d{7,})?`,
				`(?P<ver>\d+\.\d+\.\d+)(?P<dot>\.)(?P<point>\d+)(?:[ ,-]*build[ -]?\d+|-\d{7,})?`,
				`(?P<ver>` + dotted + `)(?:[ ,-]*(?P<built>build)[ -]?\d+|-(?:` + dotted + `\.)?\d{7,})?`},
			parts(of(number, "ver", "major", "minor", "u"), of(class, "built"), of(side, "dot", "let"), of(number, "point"), of(letter, "let"))},
	}
}

func applianceSchemes() []described {
	return []described{
		{Scheme{Name: "synology-dsm", Users: []User{{"synology", nil}}, Source: "Synology: version, build, update", Prefixes: []string{"dsm", "srm"}},
			[]string{`(?P<ver>` + dotted + `)(?:-(?P<build>\d+))?(?:(?: update |-)(?P<up>\d+))?`}, parts(of(number, "ver"), of(number, "build"), of(number, "up"))},
		{Scheme{Name: "qnap-qts", Users: []User{{"qnap", nil}}, Source: "QNAP: version of which the fourth number is the build; before that a build of its own", Prefixes: []string{"qts", "quts", "hero", "qutscloud"}},
			[]string{`[hc]?(?P<ver>\d+\.\d+\.\d+\.\d+)(?:[ -]*\(?(?:build)?[ -]*\d{8}\)?)?`, `[hc]?(?P<ver>` + dotted + `)(?: ?build ?(?P<build>\d+))?`},
			parts(of(number, "ver"), of(number, "build"))},
		{Scheme{Name: "ontap", Users: []User{{"netapp", nil}}, Source: "NetApp ONTAP: release, RC or P (patch), D (debug)", Prefixes: []string{"ontap", "netapp", "release"}},
			[]string{`(?P<ver>` + dotted + `)(?P<early>rc)?(?P<n>\d*)(?:p(?P<patch>\d+))?(?:d(?P<d>\d+))?(?:x\d+)?`}, parts(of(number, "ver"), of(before, "early"), of(number, "n"), of(number, "patch"), of(number, "d"))},
		{Scheme{Name: "zyxel", Users: []User{{"zyxel", nil}}, Source: "Zyxel: version, model code and its count, C release", Prefixes: []string{"zld"}},
			[]string{`(?P<ver>` + dotted + `)(?: ?patch ?(?P<patch>\d+))?(?: ?\((?P<code>[a-z]{3,4})\.(?P<rel>\d+)\)(?:(?P<early>b)?[a-z]?(?P<c>\d+))?(?:_.*)?)?`},
			parts(of(number, "ver"), of(number, "patch"), of(number, "rel"), of(before, "early"), of(number, "c"))},
	}
}

func plainSchemes() []described {
	return []described{
		{Scheme{Name: "semver", Source: "Semantic Versioning 2.0.0; what comes before a release is ordered by its words"},
			[]string{`(?P<ver>\d+\.\d+\.\d+)(?P<tail>-[0-9a-z.-]+)?(?:\+[0-9a-z.-]+)?`}, parts(of(number, "ver"), of(tail, "tail"))},
		{Scheme{Name: "generic", Source: "dotted numbers; a letter or a patch comes after, alpha to rc before the release"},
			[]string{`(?P<ver>` + dotted + `)(?P<tail>(?:[ ._(-]{0,2}(?:\d+|[a-z]+)\)?)*)(?:\+[0-9a-z.-]+)?`}, parts(of(number, "ver"), of(tail, "tail"))},
	}
}
