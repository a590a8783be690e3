package scanner

import (
	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/evidence"
)

// ContextDeclared is what a document of the maker states that a product has or
// does, entered by hand: a datasheet, a manual, a hardening guide. A list that
// is given and empty states that there is none; one that is not given states
// nothing.
type ContextDeclared struct {
	Document    string      `yaml:"document"`
	Date        netvet.Date `yaml:"date"`
	Ports       []string    `yaml:"ports"` // "443/tcp", "5900-5901/tcp"
	Peers       []string    `yaml:"peers"` // "update.example.com 443/tcp"
	Services    []string    `yaml:"services"`
	Radios      []string    `yaml:"radios"`
	Controllers []string    `yaml:"management_controllers"`
	Accounts    []string    `yaml:"accounts"`
	Components  []string    `yaml:"components"`
	Firmware    []string    `yaml:"firmware"` // name and version: "BIOS 2.19.1"
}

func (d *ContextDeclared) lists() map[string][]string {
	return map[string][]string{
		netvet.ComparedPort: d.Ports, netvet.ComparedPeer: d.Peers, netvet.ComparedService: d.Services, netvet.ComparedRadio: d.Radios,
		netvet.ComparedManagement: d.Controllers, netvet.ComparedAccount: d.Accounts, netvet.ComparedComponent: d.Components, netvet.ComparedFirmware: d.Firmware,
	}
}

// facts are the declarations that the document makes.
func (d *ContextDeclared) facts() (out []netvet.Declaration) {
	lists := d.lists()
	for _, kind := range netvet.ComparedKinds() {
		if lists[kind] == nil {
			continue
		}
		fact := netvet.Declaration{Kind: netvet.FactInventory, Name: kind, Source: d.Document, Date: string(d.Date), Input: d.Document}
		out = append(out, fact)
		for _, name := range lists[kind] {
			fact.Kind, fact.Name = kind, name
			out = append(out, fact)
		}
	}
	return out
}

func (k *checker) declared(at string, d *ContextDeclared) {
	k.required(at, "document", d.Document)
	k.required(at, "date", string(d.Date))
	for _, port := range d.Ports {
		if !evidence.IsPort(port) {
			k.fault(at+".ports", "%q is no port: write 443/tcp or 5900-5901/tcp", port)
		}
	}
	for _, list := range d.lists() {
		if list != nil {
			return
		}
	}
	k.fault(at, "the document states nothing: give ports, peers, radios or another list, which may be empty")
}
