package evidence

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// maxWays bounds the list of one product; what was seen open comes first.
const maxWays = 200

// Surface lists the ways in which someone else can act on a product, as far as
// anything shows them. That none is listed does not mean that there is none.
func (k *Knowledge) Surface(a *netvet.Assessment) []netvet.RemoteWay {
	s := &surface{knowledge: k, a: a, maker: holder(a.Match.Supplier), at: map[[2]string]int{}}
	for i := range a.Comparisons {
		s.comparison(&a.Comparisons[i])
	}
	for i := range a.Services {
		s.service(&a.Services[i])
	}
	for i := range a.Candidates {
		s.part(&a.Candidates[i])
	}
	s.product()
	if len(s.ways) == 0 {
		return nil
	}
	states := netvet.WayStates()
	slices.SortStableFunc(s.ways, func(x, y netvet.RemoteWay) int {
		return cmp.Or(cmp.Compare(slices.Index(states, x.State), slices.Index(states, y.State)), cmp.Compare(s.rank(x.Way), s.rank(y.Way)), cmp.Compare(x.Name, y.Name))
	})
	return s.ways[:min(len(s.ways), maxWays)]
}

type surface struct {
	knowledge *Knowledge
	a         *netvet.Assessment
	maker     *netvet.Holder
	ways      []netvet.RemoteWay
	at        map[[2]string]int // way and name -> place in ways
}

func (s *surface) rank(way string) int {
	return slices.IndexFunc(s.knowledge.Ways, func(w Way) bool { return w.ID == way })
}

// add lists a way, or what more is known of one that is listed.
func (s *surface) add(way *Way, x netvet.RemoteWay) {
	key := [2]string{way.ID, strings.ToLower(x.Name)}
	if i, known := s.at[key]; known {
		old := &s.ways[i]
		old.Verdict = cmp.Or(old.Verdict, x.Verdict)
		if x.Maker != nil && x.State == netvet.WayPresent {
			old.Maker = x.Maker
		}
		return
	}
	s.at[key] = len(s.ways)
	x.Way, x.Title, x.Held, x.Default, x.Rules = way.ID, way.Title.EN, way.Held, way.Default.EN, way.Rules
	if x.Maker == nil {
		x.Maker = s.maker
	}
	s.ways = append(s.ways, x)
}

// comparison lists a port, service, radio or controller.
func (s *surface) comparison(c *netvet.Comparison) {
	x := netvet.RemoteWay{Name: c.Name, State: netvet.WayDeclared, Verdict: c.Verdict, Input: c.Declared.Input, Pointer: c.Declared.Pointer}
	if c.Observed.Known {
		x.State, x.Input, x.Pointer = netvet.WayOpen, c.Observed.Input, c.Observed.Pointer
		switch {
		case c.Kind == netvet.ComparedRadio || c.Kind == netvet.ComparedManagement:
			x.State = netvet.WayPresent
		case slices.Contains(s.knowledge.Sources.Observed, c.Observed.Source):
			x.State = netvet.WayEnabled
		}
	}
	class := s.knowledge.class(c.Kind, c.Name)
	service := ""
	if c.Kind == netvet.ComparedPort {
		service = s.knowledge.class(netvet.ComparedService, seenService(c.Observed.Detail))
	}
	for i := range s.knowledge.Ways {
		way := &s.knowledge.Ways[i]
		switch c.Kind {
		case netvet.ComparedPort:
			if service == "" && way.hasPort(c.Name) || service != "" && slices.Contains(way.Services, service) {
				s.add(way, x)
			}
		case netvet.ComparedService:
			if slices.Contains(way.Services, class) {
				s.add(way, x)
			}
		case netvet.ComparedRadio, netvet.ComparedManagement:
			if slices.Contains(way.Classes, class) {
				s.add(way, x)
			}
		}
	}
}

// seenService is the service that an observation found at a port, and did not
// only look up by the number of the port.
func seenService(detail string) string {
	pairs := Detail(detail)
	if pairs["basis"] == "the port number" {
		return ""
	}
	return pairs["service"]
}

func (w *Way) hasPort(port string) bool {
	return slices.ContainsFunc(w.Ports, func(span string) bool { return portWithin(port, span) })
}

// service lists a service whose name tells that someone else acts through it.
func (s *surface) service(v *netvet.Service) {
	have := wordsOf(v.Name)
	for i := range s.knowledge.Ways {
		way := &s.knowledge.Ways[i]
		if !slices.ContainsFunc(way.Words, func(phrase string) bool { return holds(have, wordsOf(phrase)) }) {
			continue
		}
		state := netvet.WayDeclared
		if slices.Contains(s.knowledge.Sources.Observed, s.a.Product.BOM.Format) {
			state = netvet.WayEnabled
		}
		s.add(way, netvet.RemoteWay{Name: v.Name, State: state, Input: s.input(), Pointer: v.Pointer})
	}
}

// part lists a part or program that a pattern picked.
func (s *surface) part(c *netvet.Candidate) {
	if c.Scope == "excluded" {
		return
	}
	for i := range s.knowledge.Ways {
		way := &s.knowledge.Ways[i]
		if !slices.Contains(way.Parts, c.Pattern) {
			continue
		}
		x := netvet.RemoteWay{Name: c.Name, State: netvet.WayPresent, Input: s.input(), Pointer: c.Pointer}
		if c.Count > 1 {
			x.Count = c.Count
		}
		if c.Maker.ID != "" {
			x.Maker = holder(&c.Maker)
		}
		s.add(way, x)
	}
}

// product lists what the product itself is: a router with a cellular link, a device
// that a cloud configures.
func (s *surface) product() {
	for _, i := range s.knowledge.named(&s.a.Product) {
		way := &s.knowledge.Ways[i]
		if slices.ContainsFunc(s.ways, func(w netvet.RemoteWay) bool { return w.Way == way.ID }) {
			continue
		}
		s.add(way, netvet.RemoteWay{Name: ownName(&s.a.Product), State: netvet.WayPresent, Input: s.input(), Pointer: s.record()})
	}
	if n := s.a.Census.Firmware; n > 0 {
		if i := s.rank("update-keys"); i >= 0 {
			s.add(&s.knowledge.Ways[i], netvet.RemoteWay{Name: "firmware of the product", State: netvet.WayPresent, Count: n, Input: s.input(), Pointer: s.record()})
		}
	}
}

// named are the ways that the texts about a product name. Its name is none of them:
// it may be one that the operator gave it.
func (k *Knowledge) named(p *netvet.Product) []int {
	return k.products.find(wordsOf(strings.Join([]string{p.Manufacturer, p.Model, p.PartNumber, p.CategoryText, p.Description[:min(len(p.Description), 300)]}, " | ")))
}

func ownName(p *netvet.Product) string { return cmp.Or(p.Model, p.PartNumber, p.Name) }

// AppendLikeness appends to key all that Surface sees of the texts about a product
// that tell one product from the next: what it is equal for, Surface says the same.
func (k *Knowledge) AppendLikeness(key []byte, p *netvet.Product) []byte {
	ways := k.named(p)
	for _, i := range ways {
		key = append(binary.AppendUvarint(key, uint64(i)), ' ')
	}
	if len(ways) > 0 {
		key = append(key, ownName(p)...)
	}
	return key
}

func (s *surface) record() string {
	if n := len(s.a.Product.Sources); n > 0 {
		return s.a.Product.Sources[n-1].Record
	}
	return ""
}

func (s *surface) input() string {
	for _, source := range s.a.Product.Sources {
		if len(source.Fields) == 0 || slices.Contains(source.Fields, "components") {
			return source.Input
		}
	}
	return ""
}

// holder names a supplier and whose law reaches it.
func holder(s *netvet.Supplier) *netvet.Holder {
	if s == nil {
		return nil
	}
	h := &netvet.Holder{Supplier: s.ID, Name: s.Name, Country: s.Country(), Countries: []string{}}
	for _, country := range []string{s.Countries.Headquarters, s.Countries.Incorporated, s.Countries.ControlledFrom} {
		if country != "" && !slices.Contains(h.Countries, country) {
			h.Countries = append(h.Countries, country)
		}
	}
	return h
}
