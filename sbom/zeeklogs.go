package sbom

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// The logs beside those of connections, DNS and TLS: what Zeek learned of hosts,
// their software, services and certificates, and the logs of single protocols.

// zeekRow is a record of such a log by the names of its fields.
type zeekRow map[string]string

// zeekAside are the logs about Zeek itself, about files, and of alarms: they say of
// no host what it has or whom it talks to.
func zeekAside(path string) bool {
	return slices.Contains(strings.Fields(`analyzer capture_loss broker cluster config dpd files intel loaded_scripts notice notice_alarm ocsp
		packet_filter pe print prof reporter signatures stats stderr stdout telemetry traceroute weird weird_stats`), path)
}

// zeekPathOfFields tells by its fields which log a record is of that does not say so.
func zeekPathOfFields(has func(field string) bool) string {
	switch {
	case has("software_type"):
		return "software"
	case has("port_num") && has("port_proto"):
		return "known_services"
	case has("issuer_subject"):
		return "known_certs"
	case has("certificate.subject"):
		return "x509"
	case has("assigned_addr") || has("msg_types"):
		return "dhcp"
	case has("auth_attempts") && has("host_key_alg"), has("auth_success") && has("client"):
		return "ssh"
	case has("user_agent"), has("method") && has("uri"):
		return "http"
	case has("dhcp_host_name"):
		return "known_devices"
	}
	return ""
}

// zeekRowOf reads a line of JSON as a record of any log: what is nested is called
// as in the columns of a log, "id.orig_h".
func (r *zeekReader) zeekRowOf(line []byte) (zeekRow, error) {
	j := newJSONTokens(bytes.NewReader(line), r.src.Options, func(string, string) {})
	v, err := j.held()
	if err == nil {
		err = j.end()
	}
	row := make(zeekRow)
	row.fill("", v)
	return row, err
}

func (row zeekRow) fill(prefix string, v jsonValue) {
	members := v.members()
	for _, key := range slices.Sorted(maps.Keys(members)) {
		value := jsonValue{members[key]}
		switch t := value.v.(type) {
		case map[string]any:
			row.fill(prefix+key+".", value)
		case []any:
			var words []string
			for _, word := range value.list() {
				if text := word.text(); text != "" && len(words) < maxListed {
					words = append(words, text)
				}
			}
			row[prefix+key] = strings.Join(words, ",")
		case bool:
			row[prefix+key] = map[bool]string{true: "T", false: "F"}[t]
		default:
			if text := value.text(); text != "" {
				row[prefix+key] = text
			}
		}
	}
}

// other adds a record of another log.
func (r *zeekReader) other(path string, row zeekRow) {
	at, timed := zeekTime(row["ts"])
	if !timed {
		r.fault("record without a time", "ts is \""+short(row["ts"])+"\", which is no time")
		return
	}
	found := row.observations(path)
	if len(found) == 0 {
		r.fault("record about no host", "a record of the log "+cmp.Or(path, "of an unknown kind")+" names neither two hosts nor what was found on one")
		return
	}
	for _, o := range found {
		if len(o.Name) > maxFact {
			o.Name = strings.ToValidUTF8(o.Name[:maxFact], "") + "..."
		}
		if o.Target == "" || o.Name == "" || len(o.Target) > maxFact {
			continue
		}
		o.Source, o.Pointer = strings.TrimSpace("zeek "+path), r.place()
		o.Detail = strings.Clone(o.Detail)
		flow := r.flow(o, path)
		flow.see(at, at+zeekSeconds(row["duration"]))
	}
}

// observations are what one record says: what a host has, and whom it talked to.
func (row zeekRow) observations(path string) []netvet.Observation {
	switch path {
	case "software":
		return []netvet.Observation{row.software()}
	case "known_services":
		return []netvet.Observation{{Target: row["host"], Kind: "port", Name: portName(row["port_num"], row["port_proto"]), Detail: factDetail("service", strings.ToLower(row["service"]), "basis", "traffic")}}
	case "known_hosts":
		return []netvet.Observation{{Target: row["host"], Kind: "host", Name: row["host"], Detail: factDetail("basis", "traffic")}}
	case "known_devices":
		return []netvet.Observation{{Target: row["mac"], Kind: "host", Name: cmp.Or(row["dhcp_host_name"], row["mac"]), Detail: factDetail("mac", row["mac"], "names", row["dhcp_host_name"])}}
	case "known_certs":
		return []netvet.Observation{{Target: row["host"], Kind: "certificate", Name: cmp.Or(row["subject"], row["serial"]),
			Detail: factDetail("port", row["port_num"], "issuer", row["issuer_subject"], "serial", row["serial"])}}
	case "x509":
		return []netvet.Observation{row.certificate()}
	case "dhcp":
		return []netvet.Observation{{Target: cmp.Or(row["assigned_addr"], row["assigned_ip"], row["client_addr"], row["mac"]), Kind: "host", Name: cmp.Or(row["host_name"], row["client_fqdn"], row["mac"]),
			Detail: factDetail("mac", row["mac"], "software", row["client_software"], "server", row["server_addr"], "domain", row["domain"])}}
	}
	return row.conversation(path)
}

func (row zeekRow) software() netvet.Observation {
	var version []string
	for _, part := range []string{"version.major", "version.minor", "version.minor2", "version.minor3"} {
		if row[part] == "" {
			break
		}
		version = append(version, row[part])
	}
	return netvet.Observation{Target: row["host"], Kind: "software", Name: strings.TrimSpace(row["name"] + " " + strings.Join(version, ".")),
		Detail: factDetail("type", strings.ToLower(row["software_type"]), "product", row["name"], "version", strings.Join(version, "."), "more", row["version.addl"], "port", row["host_p"], "banner", row["unparsed_version"])}
}

// certificate describes a certificate by whom it is for: the log does not say which
// host showed it.
func (row zeekRow) certificate() netvet.Observation {
	subject := row["certificate.subject"]
	first, _, _ := strings.Cut(row["san.dns"], ",")
	for _, part := range strings.Split(subject, ",") {
		if name, ok := strings.CutPrefix(strings.TrimSpace(part), "CN="); ok {
			first = cmp.Or(first, name)
		}
	}
	return netvet.Observation{Target: cmp.Or(first, row["fingerprint"], row["id"], row["certificate.serial"]), Kind: "certificate", Name: cmp.Or(subject, row["certificate.serial"]),
		Detail: factDetail("issuer", row["certificate.issuer"], "serial", row["certificate.serial"], "from", row["certificate.not_valid_before"], "until", row["certificate.not_valid_after"],
			"algorithm", row["certificate.key_alg"], "length", row["certificate.key_length"], "signature", row["certificate.sig_alg"], "names", row["san.dns"])}
}

// conversation reads a record of a protocol: who talked to whom, as what account,
// and with which programs. What would give access, a password or the community of
// SNMP, is not kept.
func (row zeekRow) conversation(path string) []netvet.Observation {
	from, to := row["id.orig_h"], row["id.resp_h"]
	if from == "" || to == "" {
		return nil
	}
	host := to
	if path == "http" && row["host"] != "" {
		host = strings.ToLower(row["host"])
	}
	found := []netvet.Observation{{Target: from, Kind: "peer", Name: peerName(host, row["id.resp_p"], cmp.Or(row["proto"], zeekTransport(path))), Detail: factDetail("direction", fromDevice, "service", cmp.Or(path, row["service"]), "server", other(to, host))}}
	runs := func(target, name, port string) {
		if name != "" {
			found = append(found, netvet.Observation{Target: target, Kind: "software", Name: name, Detail: factDetail("type", path, "port", port)})
		}
	}
	runs(from, cmp.Or(row["user_agent"], row["client"], row["client_build"]), "")
	runs(to, row["server"], row["id.resp_p"])
	for _, field := range []string{"username", "user", "cookie"} {
		if account := row[field]; account != "" && slices.Contains([]string{"ftp", "ntlm", "radius", "rdp", "socks", "mysql", "postgresql", "ldap"}, path) {
			found = append(found, netvet.Observation{Target: to, Kind: "account", Name: account, Detail: factDetail("service", path, "peer", from, "success", row["success"])})
			break
		}
	}
	if path == "kerberos" { // the client of Kerberos is an account and no program
		found = found[:1]
		if account := row["client"]; account != "" {
			found = append(found, netvet.Observation{Target: to, Kind: "account", Name: account, Detail: factDetail("service", path, "peer", from, "success", row["success"])})
		}
	}
	return found
}

// zeekTransport is what a protocol runs over, whose log does not say so because it
// runs over nothing else.
func zeekTransport(path string) string {
	switch {
	case slices.Contains(strings.Fields("snmp ntp radius dhcp"), path):
		return "udp"
	case slices.Contains(strings.Fields("ssh http ftp smtp rdp rfb ntlm smb_files smb_mapping smb_cmd dce_rpc irc modbus mysql postgresql socks xmpp mqtt_connect mqtt_publish mqtt_subscribe"), path):
		return "tcp"
	}
	return ""
}
