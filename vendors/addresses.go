package vendors

import (
	"slices"
	"strings"
)

// addressBlock returns how many hexadecimal digits a block has, above those digits.
func addressBlock(digits string) uint64 { return uint64(len(digits))<<48 | hexNumber(digits) }

// blocks returns the address blocks of all records.
func (r *resolver) blocks() map[uint64]*registered {
	r.ouiOnce.Do(func() {
		r.oui = map[uint64]*registered{}
		for i, rec := range r.records {
			for _, v := range rec.IDs.OUI {
				if v = strings.ToLower(v); isHex(v) && len(v) <= addressDigits {
					r.addBlock(v, int32(i), slices.Contains(rec.IDs.Doubtful, "oui:"+v))
				}
			}
		}
		for _, e := range r.oui {
			e.asHint()
		}
	})
	return r.oui
}

func (r *resolver) addBlock(digits string, holder int32, doubtful bool) {
	key := addressBlock(digits)
	e := r.oui[key]
	if e == nil {
		e = &registered{what: schemeWords[macScheme] + digits, trust: trusted[macScheme], scheme: macScheme}
		r.oui[key] = e
	}
	e.hold(holder)
	e.doubtful = e.doubtful || doubtful
}

// addressDigits are the hexadecimal digits of a MAC address; of a longer one,
// such as EUI-64, only these are looked at.
const addressDigits = 12

// The two lowest bits of the first byte of an address.
const (
	groupBit = 0x01 // it is of a group, not of one interface
	localBit = 0x02 // whoever runs the network gave it out
)

// byMAC looks up who was assigned the block that an address is in, the smallest
// first: 36, 28 and 24 bits. Addresses of virtual machines, of groups, and those
// that were not assigned by IEEE name no maker.
func (r *resolver) byMAC(value string) *registered {
	var room [addressDigits]byte
	hex := string(digitsOf(room[:0], value))
	if len(hex) < 6 {
		return nil
	}
	if v := r.virtualBlock(hex); v != nil {
		return noMaker("the MAC address block " + v.Prefix + " is that of " + v.What + ", and names no maker of hardware")
	}
	switch head := hexNumber(hex[:2]); {
	case head&groupBit != 0:
		return noMaker("a MAC address of a group names no maker")
	case head&localBit != 0:
		return noMaker("a locally administered MAC address names no maker")
	}
	if e := r.ownBlock(hex); e != nil {
		return e
	}
	if p := r.public(); p.from != nil {
		if h, ok := p.from.block(hex); ok {
			return r.registrantOf(macScheme, &h)
		}
	}
	return noMaker("the MAC address block " + hex[:6] + " is in no registry here")
}

func noMaker(why string) *registered {
	return &registered{what: why, scheme: macScheme, nobody: why}
}

// digitsOf collects the hexadecimal digits of an address in lower case, without
// what separates them; nothing when something else stands there.
func digitsOf(out []byte, value string) []byte {
	for i := 0; i < len(value) && len(out) < addressDigits; i++ {
		switch c := value[i]; {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'f':
			out = append(out, c)
		case 'A' <= c && c <= 'F':
			out = append(out, c+'a'-'A')
		case c != ':' && c != '-' && c != '.' && c != ' ':
			return nil
		}
	}
	return out
}

// virtualBlock finds the block of addresses given out by software that an
// address is in.
func (r *resolver) virtualBlock(hex string) *virtualBlock {
	p := r.public()
	if p.from == nil {
		return nil
	}
	blocks := p.from.notes.Virtual
	for i := range blocks {
		if strings.HasPrefix(hex, blocks[i].Prefix) {
			return &blocks[i]
		}
	}
	return nil
}

// ownBlock finds the smallest block of a record that an address is in.
func (r *resolver) ownBlock(hex string) *registered {
	blocks := r.blocks()
	for _, digits := range [...]int{9, 7, 6} {
		if len(hex) < digits {
			continue
		}
		if e := blocks[addressBlock(hex[:digits])]; e != nil {
			return e
		}
	}
	return nil
}

// interfaceWords say by themselves that a product is a network interface,
// cardWords beside one of networkWords.
var (
	interfaceWords = map[string]bool{"nic": true, "nics": true, "smartnic": true, "lom": true, "网卡": true}
	cardWords      = map[string]bool{"adapter": true, "adaptor": true, "controller": true, "card": true, "interface": true, "module": true}
	networkWords   = map[string]bool{"network": true, "ethernet": true, "lan": true, "wlan": true, "wifi": true, "wireless": true, "bluetooth": true, "infiniband": true}
)

// isInterface reports whether the clues tell of a network interface, whose maker
// the block of its address names, and not of a product that has one.
func (q *question) isInterface() bool {
	for _, text := range []string{q.clues.Category, q.clues.Product, q.clues.Model} {
		if text == "" {
			continue
		}
		card, network := false, false
		n := q.r.read(text, plain)
		for i := range n.words {
			w := n.at(i)
			if interfaceWords[w] {
				return true
			}
			card, network = card || cardWords[w], network || networkWords[w]
		}
		if card && network {
			return true
		}
	}
	return false
}
