package scanner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/scanner/strictyaml"
)

// circumstances gathers what the context and profile say of one product.
func (s *run) circumstances(a *netvet.Assessment) netvet.Circumstances {
	c := s.context
	out := netvet.Circumstances{Role: s.role(), Act: c.Defaults.Act, Users: c.Operator.Users, ListingAbroad: c.Operator.ListingAbroad}
	if m := a.Match.Supplier; m != nil {
		for i := range c.Suppliers {
			if c.Suppliers[i].ID == m.ID {
				s.state(&out, &a.Product, &c.Suppliers[i].ContextStatements, true)
			}
		}
	}
	own, impact := ContextProduct{}, map[netvet.Factor]float64{}
	for i := range c.Products {
		p := &c.Products[i]
		if !p.Match.matches(a) {
			continue
		}
		own.overlay(p)
		maps.Copy(impact, p.Impact)
		for _, m := range p.Mitigations {
			out.Mitigations = append(out.Mitigations, netvet.Mitigation(m))
		}
		s.state(&out, &a.Product, &p.ContextStatements, false)
		for j := range p.Declared {
			a.Declarations = append(slices.Clip(a.Declarations), p.Declared[j].facts()...)
		}
	}
	criticality, data := serving(own.Systems, c.Systems)
	for _, name := range own.Systems {
		out.Systems = append(out.Systems, netvet.System{Name: name, Function: c.Systems[name].Function})
	}
	out.Criticality = cmp.Or(own.Criticality, criticality, c.Defaults.Criticality)
	out.Data = own.Data.over(data).over(c.Defaults.Data).of()
	out.Category, out.StockDays = own.Category, own.StockDays
	if out.Act = cmp.Or(own.Act, out.Act); out.Act == "" {
		out.Act, out.ActAssumed = netvet.ActProcure, true
	}
	out.Impact, out.ImpactAssumed = s.impact(out.Criticality, &out.Data, impact)
	return out
}

// role is what the operator is on the as-of date: before it was notified it was
// no operator of critical infrastructure.
func (s *run) role() netvet.Role {
	o := &s.context.Operator
	if o.Role == netvet.RoleCIIO && o.Notified.Start().After(s.AsOf) {
		return netvet.RoleEnterprise
	}
	return cmp.Or(o.Role, s.profile.Role)
}

// overlay lays what an entry says of the product's use over what earlier ones
// said.
func (p *ContextProduct) overlay(x *ContextProduct) {
	p.Systems = stated(x.Systems, p.Systems)
	p.Act = cmp.Or(x.Act, p.Act)
	p.Criticality = cmp.Or(x.Criticality, p.Criticality)
	p.Category = cmp.Or(x.Category, p.Category)
	p.Data = x.Data.over(p.Data)
	p.StockDays = cmp.Or(x.StockDays, p.StockDays)
}

// state adds what was undertaken, proved and answered. Of the certificates that
// a supplier has for all its products, those of other models are left out.
func (s *run) state(c *netvet.Circumstances, p *netvet.Product, x *ContextStatements, ofSupplier bool) {
	c.Commitments = x.commitments(c.Commitments)
	for i := range x.Certificates {
		if cert := x.Certificates[i].of(p); !ofSupplier || cert.Covers != "no" {
			c.Certificates = append(c.Certificates, cert)
		}
	}
	for i := range x.Answers {
		if a := &x.Answers[i]; a.given() {
			c.Answers = append(c.Answers, netvet.Answer{
				Rules: []string{a.Rule}, Clean: a.Answer == "clean" || a.Answer == s.good[a.Rule],
				Answer: a.Answer, By: a.By, Reliability: a.Reliability, Date: a.Date, Document: a.Document,
			})
		}
	}
}

// impact takes each factor's impact from the context's own number, that of
// exposed data from the data, else from the criticality, else from the profile.
func (s *run) impact(criticality string, data *netvet.Data, stated map[netvet.Factor]float64) (map[netvet.Factor]float64, bool) {
	out, assumed := map[netvet.Factor]float64{}, false
	for _, f := range s.model.Factors {
		least, known := 0.0, false
		if f == netvet.FactorDataExposure {
			least, known = dataImpact(data)
		}
		if v, ok := stated[f]; ok {
			out[f] = v
		} else if known {
			out[f] = least
		} else if v, ok := criticalities[criticality]; ok {
			out[f] = max(v, least)
		} else {
			assumed = true
			if v, ok := s.profile.Impact[f]; ok {
				out[f] = max(v, least) // else the model's own default
			}
		}
	}
	return out, assumed
}

// checkContext refuses what a context says of rules and suppliers that are not
// there: a word that is silently ignored would look like one that was heard.
func (s *run) checkContext() error {
	s.good = map[string]string{}
	for _, pack := range s.Library.Packs {
		for i := range pack.Rules {
			s.good[pack.ID+"/"+pack.Rules[i].ID] = pack.Rules[i].Good
		}
	}
	x := contextCheck{file: s.context.file, rules: slices.Sorted(maps.Keys(s.good))}
	for i := range s.context.Suppliers {
		x.supplier(s, &s.context.Suppliers[i])
		x.answers(s.context.Suppliers[i].Answers)
	}
	for i := range s.context.Products {
		x.answers(s.context.Products[i].Answers)
	}
	return x.faults.Err()
}

type contextCheck struct {
	file   string
	rules  []string
	faults strictyaml.Faults
}

func (x *contextCheck) fault(line int, format string, args ...any) {
	x.faults = append(x.faults, strictyaml.Fault{File: cmp.Or(x.file, "context"), Line: line, Text: fmt.Sprintf(format, args...)})
}

func (x *contextCheck) supplier(s *run, c *ContextSupplier) {
	if _, ok := s.Suppliers.Record(c.ID); ok {
		return
	}
	var known []string
	for _, r := range s.Suppliers.Records() {
		known = append(known, r.ID)
	}
	hint := "; 'netvet suppliers resolve NAME' finds the id of a name"
	if near := strictyaml.Nearest(c.ID, known); near != "" {
		hint = fmt.Sprintf(": did you mean %q?", near)
	}
	x.fault(c.line, "no supplier %q is known%s", c.ID, hint)
}

func (x *contextCheck) answers(answers []ContextAnswer) {
	for i := range answers {
		a := &answers[i]
		prefix, wild := strings.CutSuffix(a.Rule, "*")
		switch {
		case wild && (a.Answer == "yes" || a.Answer == "no"):
			x.fault(a.line, "answer %q to %s: one answer to several rules is clean or adverse, because yes is good for some and bad for others", a.Answer, a.Rule)
		case wild && slices.ContainsFunc(x.rules, func(k string) bool { return strings.HasPrefix(k, prefix) }):
		case !wild && slices.Contains(x.rules, a.Rule):
		default:
			x.fault(a.line, "an answer names the rule %q, which no pack has%s", a.Rule, didYouMean(a.Rule, x.rules))
		}
	}
}

// contextGaps tells where the context does not bear out what the profile is
// for.
func (s *run) contextGaps() (gaps []netvet.Gap) {
	o := &s.context.Operator
	gap := func(record, format string, args ...any) {
		gaps = append(gaps, netvet.Gap{Input: s.context.file, Record: record, Reason: fmt.Sprintf(format, args...)})
	}
	if o.Role == netvet.RoleCIIO && s.role() != netvet.RoleCIIO {
		gap("operator.notified", "the operator was notified on %s, after the as-of date: it is taken for an enterprise, as it was until then", o.Notified)
	}
	if most := s.profile.UsersOver; o.Users > 0 && o.Users <= most {
		gap("operator.users", "profile %s is for operators with more than %d users, and the context states %d: its duties may not hold", s.profile.ID, most, o.Users)
	}
	return gaps
}
