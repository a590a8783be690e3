package sbom

import (
	"encoding/binary"

	"github.com/netvet/netvet"
)

// shelf holds components that cannot be passed on yet, packed into a few large
// blocks: a third of the memory of the components themselves, and nothing for
// the garbage collector to follow.
type shelf struct {
	blocks [][]byte
	size   int // of all blocks
	n      int
}

// A block is as large as all before it together, within these bounds.
const (
	minShelfBlock = 8 << 10
	maxShelfBlock = 1 << 20
	shelfRoom     = 2 << 10 // what is left when the next block is begun: most components fit
)

// put packs a component with the references it would have as a product.
func (s *shelf) put(c *netvet.Component, references []netvet.Reference) {
	last := len(s.blocks) - 1
	if last < 0 || cap(s.blocks[last])-len(s.blocks[last]) < shelfRoom {
		size := min(max(s.size, minShelfBlock), maxShelfBlock)
		s.blocks = append(s.blocks, make([]byte, 0, size))
		s.size += size
		last++
	}
	b := s.blocks[last]
	start := len(b)
	b = append(b, 0, 0, 0, 0) // length of what follows
	for _, text := range texts(c) {
		b = packText(b, *text)
	}
	b = packText(b, string(c.Kind))
	b = binary.AppendUvarint(b, uint64(len(c.Licences)))
	for _, l := range c.Licences {
		b = packText(b, l)
	}
	b = binary.AppendUvarint(b, uint64(len(c.Identifiers)))
	for _, id := range c.Identifiers {
		b = packText(packText(b, string(id.Type)), id.Value)
	}
	b = binary.AppendUvarint(b, uint64(len(references)))
	for _, r := range references {
		b = packText(packText(b, r.Type), r.URL)
	}
	for _, flag := range flags(c) {
		if *flag {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
	}
	b = binary.AppendUvarint(b, uint64(c.Quantity))
	binary.LittleEndian.PutUint32(b[start:], uint32(len(b)-start-4))
	s.blocks[last] = b
	s.n++
}

// empty unpacks the components in the order they were put, all but one, and forgets
// them. The component is valid only during the call.
func (s *shelf) empty(except int, do func(*netvet.Component) error) error {
	defer s.clear()
	var c netvet.Component
	i := 0
	for k, block := range s.blocks {
		s.blocks[k] = nil // its memory can go when it is through
		for ; len(block) > 0; i++ {
			n := 4 + int(binary.LittleEndian.Uint32(block))
			if i != except {
				unpack(string(block[4:n]), &c)
				if err := do(&c); err != nil {
					return err
				}
			}
			block = block[n:]
		}
	}
	return nil
}

// at unpacks the component that was put as number i.
func (s *shelf) at(i int) (c netvet.Component, references []netvet.Reference) {
	for _, block := range s.blocks {
		for ; len(block) > 0; i-- {
			n := 4 + int(binary.LittleEndian.Uint32(block))
			if i == 0 {
				references = unpack(string(block[4:n]), &c)
				return c, references
			}
			block = block[n:]
		}
	}
	return c, nil
}

// clear forgets all components.
func (s *shelf) clear() { *s = shelf{} }

func unpack(packed string, c *netvet.Component) (references []netvet.Reference) {
	u := unpacker(packed)
	*c = netvet.Component{Licences: c.Licences[:0], Identifiers: c.Identifiers[:0]}
	for _, text := range texts(c) {
		*text = u.text()
	}
	c.Kind = netvet.Kind(u.text())
	for range u.count() {
		c.Licences = append(c.Licences, u.text())
	}
	for range u.count() {
		kind := netvet.IdentifierType(u.text())
		c.Identifiers = append(c.Identifiers, netvet.Identifier{Type: kind, Value: u.text()})
	}
	for range u.count() {
		kind := u.text()
		references = append(references, netvet.Reference{Type: kind, URL: u.text()})
	}
	for _, flag := range flags(c) {
		*flag = u[0] == 1
		u = u[1:]
	}
	c.Quantity = u.count()
	return references
}

// texts lists the text fields of a component in the order they are packed.
func texts(c *netvet.Component) [15]*string {
	return [...]*string{&c.Ref, &c.Pointer, &c.Type, &c.Group, &c.Name, &c.Version, &c.Manufacturer, &c.Supplier,
		&c.Publisher, &c.Country, &c.PartNumber, &c.Serial, &c.Description, &c.Scope, &c.Repository}
}

func flags(c *netvet.Component) [3]*bool {
	return [...]*bool{&c.Hashed, &c.Modified, &c.Provenance}
}

func packText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// unpacker reads what put wrote.
type unpacker string

func (u *unpacker) count() int {
	n, shift := 0, 0
	for i := range len(*u) {
		c := (*u)[i]
		n |= int(c&0x7F) << shift
		if c < 0x80 {
			*u = (*u)[i+1:]
			break
		}
		shift += 7
	}
	return n
}

func (u *unpacker) text() string {
	n := u.count()
	text := string((*u)[:n])
	*u = (*u)[n:]
	return text
}
